//! A bare Rocket route that answers the row `/api/items/1/` from memory: the ceiling for any server built on Rocket.
//! `benches/run` builds and starts it, with `ROCKET_ADDRESS` and `ROCKET_PORT` saying where to listen.

use rocket::{get, launch, routes, serde::Serialize, serde::json::Json};

/// A row of `items`, in the shape that Socle answers it.
#[derive(Serialize)]
#[serde(crate = "rocket::serde")]
struct Item {
    id: i64,
    name: &'static str,
    description: &'static str,
    created_at: &'static str,
}

#[get("/api/items/<id>")]
fn item(id: i64) -> Json<Item> {
    Json(Item {
        id,
        name: "Item 1",
        description: "The description of item 1, of a length that such texts have.",
        created_at: "2026-01-01T00:00:01Z",
    })
}

#[launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![item])
}
