//! The tables that tests give a server beside `items`, each with the rows that it begins with.
//!
//! A table whose oddity is the very subject of one test stands in that test.

/// Texts that CSV must quote, and references that are NULL.
pub(crate) const BOOKS: &str = "
    CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE books (
        id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER REFERENCES authors(id),
        editor_id INTEGER REFERENCES authors(id), price DECIMAL(8,2), sold BOOLEAN, tags JSON
    );
    INSERT INTO authors VALUES (1, 'Colette'), (2, 'Émile, Z. \"Zola\"');
    INSERT INTO books VALUES
        (1, 'Chéri', 1, NULL, 9.9, 1, '[\"a\",\"b\"]'),
        (2, 'Line
break', 2, 1, NULL, 0, NULL),
        (3, ' =1+1; \"quoted\", ', NULL, NULL, 12, NULL, '{\"k\":1}');";

/// A constraint of every kind, a trigger that refuses, and a row to collide with.
pub(crate) const CARS: &str = "
    CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE cars (
        id INTEGER PRIMARY KEY,
        plate VARCHAR(8) NOT NULL UNIQUE,
        owner_id INTEGER NOT NULL REFERENCES owners(id),
        seats INTEGER NOT NULL DEFAULT 4 CHECK (seats >= 0),
        colour TEXT NOT NULL CHECK (colour IN ('red', 'blue')),
        made DATE,
        sold DATE,
        shelf TEXT, slot INTEGER,
        UNIQUE (shelf, slot),
        CHECK (sold >= made)
    );
    CREATE TRIGGER no_ghosts BEFORE INSERT ON cars WHEN NEW.plate = 'GHOST'
        BEGIN SELECT RAISE(ABORT, 'Ghosts do not drive.'); END;
    INSERT INTO owners VALUES (1, 'Ada');
    INSERT INTO cars (plate, owner_id, colour, shelf, slot) VALUES ('AB-123', 1, 'red', 'A', 1);";

/// A table for access rules to guard.
pub(crate) const DIARIES: &str = "
    CREATE TABLE diaries (id INTEGER PRIMARY KEY, entry TEXT NOT NULL);
    INSERT INTO diaries VALUES (1, 'dear diary');";

/// A view that no client ever reads to its end, nor a server counts.
pub(crate) const ENDLESS: &str = "
    CREATE VIEW endless AS
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)
        SELECT i, 'a row that takes some room on the way to the client' AS text FROM n;";

/// What an HTML form can fill in, of every type.
pub(crate) const GUESTS: &str = "
    CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER, vegan BOOLEAN NOT NULL DEFAULT 0,
        arrives DATE, fee DECIMAL(6,2), note TEXT, photo BLOB, extra JSON);";

/// A schema as a user writes it: references, CHECK rules, a partial index, a view, times that the server sets.
pub(crate) const LIBRARY: &str = "
    CREATE TABLE authors (
        id INTEGER PRIMARY KEY,
        name VARCHAR(120) NOT NULL,
        born INTEGER CHECK (born BETWEEN -3000 AND 2100)
    );
    CREATE TABLE books (
        isbn TEXT PRIMARY KEY CHECK (length(isbn) = 13),
        title VARCHAR(200) NOT NULL CHECK (length(trim(title)) > 0),
        author_id INTEGER NOT NULL REFERENCES authors(id) ON DELETE RESTRICT,
        language TEXT NOT NULL DEFAULT 'fr' CHECK (language IN ('fr', 'en', 'de')),
        price DECIMAL(6,2) CHECK (price >= 0),
        published DATE,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    CREATE TABLE loans (
        id INTEGER PRIMARY KEY,
        isbn TEXT NOT NULL REFERENCES books(isbn),
        reader TEXT NOT NULL,
        lent_on DATE NOT NULL,
        back_on DATE,
        CHECK (back_on IS NULL OR back_on >= lent_on)
    );
    CREATE UNIQUE INDEX lent_once ON loans(isbn) WHERE back_on IS NULL;
    CREATE VIEW available_books AS
        SELECT b.isbn, b.title, a.name AS author, b.price
        FROM books b JOIN authors a ON a.id = b.author_id
        WHERE NOT EXISTS (SELECT 1 FROM loans l WHERE l.isbn = b.isbn AND l.back_on IS NULL);";

/// What `OPTIONS` describes: every kind of rule, a generated column, a reference, a view.
pub(crate) const METERS: &str = "
    CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE meters (
        id INTEGER PRIMARY KEY, serial VARCHAR(20) NOT NULL UNIQUE, site_id INTEGER NOT NULL REFERENCES sites(id),
        kind TEXT NOT NULL DEFAULT 'water' CHECK (kind IN ('water', 'gas')), factor REAL, active BOOLEAN NOT NULL,
        fitted_on DATE, read_at TIMESTAMP, reading DECIMAL(12,3), low INTEGER CHECK (low >= 0 AND low <= 10),
        twice INTEGER AS (low * 2), created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    CREATE VIEW active_meters AS SELECT id, serial FROM meters WHERE active;";

/// A table that refers to itself.
pub(crate) const NODES: &str =
    "CREATE TABLE nodes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent_id INTEGER REFERENCES nodes);";

/// Names that must be unique.
pub(crate) const NOTES: &str =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INTEGER NOT NULL DEFAULT 0);";

/// A row that refers to one of a table with other access rules.
pub(crate) const NOTES_OF_PEOPLE: &str = "
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO people VALUES (1, 'Ada');
    CREATE TABLE notes (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people(id));
    INSERT INTO notes VALUES (1, 1);";

/// Rows that refer to each other, with a unique column and a bound.
pub(crate) const PEOPLE: &str = "
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE,
        boss_id INTEGER REFERENCES people(id), age INTEGER CHECK (age >= 0));";

/// Triggers that change, refuse, ignore and roll back; cascading and deferred references; conflict clauses.
pub(crate) const PETS: &str = "
    CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO owners VALUES (1, 'Ada'), (2, 'Bob');
    CREATE TABLE pets (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, tag TEXT,
        owner_id INTEGER REFERENCES owners(id) ON DELETE CASCADE,
        keeper_id INTEGER REFERENCES owners(id) ON DELETE SET NULL,
        later_id INTEGER REFERENCES owners(id) DEFERRABLE INITIALLY DEFERRED
    );
    CREATE TRIGGER tagged AFTER INSERT ON pets BEGIN UPDATE pets SET tag = 'pet ' || NEW.id WHERE id = NEW.id; END;
    CREATE TRIGGER rolled BEFORE INSERT ON pets WHEN NEW.name LIKE 'roll%'
        BEGIN SELECT RAISE(ROLLBACK, 'Nobody rolls here.'); END;
    CREATE TRIGGER failed BEFORE INSERT ON pets WHEN NEW.name LIKE 'fail%'
        BEGIN SELECT RAISE(FAIL, 'Nobody fails here.'); END;
    CREATE TRIGGER ignored BEFORE INSERT ON pets WHEN NEW.name LIKE 'ignore%' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TRIGGER held BEFORE UPDATE ON pets WHEN OLD.name = 'held' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TRIGGER kept BEFORE DELETE ON pets WHEN OLD.name = 'held' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TABLE ones (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE ON CONFLICT ROLLBACK);
    CREATE TABLE latest (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE ON CONFLICT REPLACE, note TEXT);";

/// A text key.
pub(crate) const PLACES: &str = "CREATE TABLE places (code TEXT PRIMARY KEY, label TEXT NOT NULL DEFAULT '');";

/// A table with a column to hide, and another table to restrict.
pub(crate) const PRICED_BOOKS: &str = "
    CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, cost INTEGER); INSERT INTO books VALUES (1, 't', 5);
    CREATE TABLE other (id INTEGER PRIMARY KEY);";

/// Columns that a rule can make read-only: with a default, unique, a reference, a key.
pub(crate) const PRODUCTS: &str = "
    CREATE TABLE books (
        id INTEGER PRIMARY KEY, sku TEXT DEFAULT 'none' CHECK (length(sku) > 1), title TEXT NOT NULL, rank INTEGER UNIQUE,
        parent_id INTEGER REFERENCES books(id));
    INSERT INTO books VALUES (1, 'A-1', 'One', 10, NULL), (2, 'B-2', 'Two', 20, 1);
    CREATE TABLE codes (code TEXT PRIMARY KEY DEFAULT 'made', name TEXT, amount INTEGER);";

/// Columns of every type and rule, and a view over them, for tools that generate requests from OpenAPI.
pub(crate) const READINGS: &str = "
    CREATE TABLE readings (
        id INTEGER PRIMARY KEY, place VARCHAR(40) NOT NULL,
        state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'seen', 'done')),
        level INTEGER CHECK (level BETWEEN -10 AND 10), value REAL CHECK (value > -1.5),
        price DECIMAL(8,2) NOT NULL DEFAULT 0 CHECK (price >= 0), change DECIMAL(4,3), count DECIMAL(5), exact NUMERIC,
        active BOOLEAN NOT NULL DEFAULT TRUE, valid BOOLEAN, taken_on DATE, taken_at TIMESTAMP, sensor UUID, photo BLOB,
        anything, twice INTEGER AS (level * 2), created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP
    );
    CREATE TABLE codes (
        id INTEGER PRIMARY KEY, choice INTEGER NOT NULL CHECK (choice IN (1, 2, 3)), ratio REAL CHECK (ratio IN (0.5, 1))
    );
    CREATE VIEW levels AS SELECT id, place, level, price * 2 AS twice, active, taken_at FROM readings;";

/// References by a text key, by another unique column, by two columns, and to a system table.
pub(crate) const REFERENCES: &str = "
    CREATE TABLE countries (code TEXT PRIMARY KEY, iso INTEGER UNIQUE, name TEXT NOT NULL);
    INSERT INTO countries VALUES ('FR', 250, 'France'), ('a/b', 1, 'Slashes');
    CREATE TABLE rooms (house TEXT, number INTEGER, size REAL, PRIMARY KEY (house, number));
    INSERT INTO rooms VALUES ('h', 1, 2.5);
    CREATE TABLE _secrets (id INTEGER PRIMARY KEY, word TEXT);
    INSERT INTO _secrets VALUES (1, 'hidden-word');
    CREATE TABLE stays (
        id INTEGER PRIMARY KEY,
        country TEXT REFERENCES countries, iso INTEGER REFERENCES countries(iso),
        house TEXT, number INTEGER, secret_id INTEGER REFERENCES _secrets(id), lost_id INTEGER,
        FOREIGN KEY (house, number) REFERENCES rooms
    );
    INSERT INTO stays (country, iso, house, number, secret_id) VALUES ('FR', 250, 'h', 1, 1);";

/// A column of each type, none of them required.
pub(crate) const SAMPLES: &str = "
    CREATE TABLE samples (
        id INTEGER PRIMARY KEY,
        whole INTEGER, number REAL, words TEXT, short VARCHAR(5), flag BOOLEAN, day DATE, moment TIMESTAMP,
        exact DECIMAL, price DECIMAL(10,2), data JSON, ident UUID, bytes BLOB
    );";

/// A key of two columns, without a row id.
pub(crate) const SEATS: &str = "
    CREATE TABLE seats (room TEXT NOT NULL, number INTEGER NOT NULL, taken BOOLEAN NOT NULL DEFAULT 0,
        PRIMARY KEY (room, number)) WITHOUT ROWID;";

/// Keys of one and two columns, a reference, a view, and a table under a reserved name.
pub(crate) const STOCK: &str = "
    CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE books (isbn TEXT PRIMARY KEY, title TEXT NOT NULL, cost INTEGER, author_id INTEGER REFERENCES authors(id));
    CREATE TABLE stock (shelf TEXT, place INTEGER, amount INTEGER NOT NULL, PRIMARY KEY (shelf, place));
    CREATE TABLE jobs (id INTEGER PRIMARY KEY);
    CREATE VIEW titles AS SELECT title FROM books;";

/// Seven rows whose `rank` and `due` have ties and NULLs, in an order that neither column follows.
pub(crate) const TASKS: &str = "
    CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL, rank INTEGER, due DATE, cost DECIMAL(8,2));
    INSERT INTO tasks VALUES
        (1, 'g', 2,    '2026-03-01', 10),
        (2, 'f', NULL, '2026-01-01', 9.5),
        (3, 'e', 1,    NULL,         NULL),
        (4, 'd', 2,    '2026-01-01', 100),
        (5, 'c', NULL, NULL,         9.5),
        (6, 'b', 1,    '2026-02-01', 0),
        (7, 'a', 3,    NULL,         NULL);";

/// Primary keys of text and of two columns, with commas and slashes in them.
pub(crate) const TEXT_AND_COMPOSITE_KEYS: &str = "
    CREATE TABLE words (word TEXT PRIMARY KEY);
    INSERT INTO words VALUES ('b'), ('a/b'), ('a,b'), ('é'), ('Z'), ('a b');
    CREATE TABLE pairs (a TEXT, b INTEGER, PRIMARY KEY (a, b));
    INSERT INTO pairs VALUES ('x,y', 2), ('x', 1), ('x', 2), ('y', 1), ('x,y', 1);";

/// A column of each type that filters are tried on, and one that bears a parameter's name.
pub(crate) const THINGS: &str = "
    CREATE TABLE things (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, code VARCHAR(10), count INTEGER, weight REAL, flag BOOLEAN,
        day DATE, moment TIMESTAMP, price DECIMAL(10,2), ident UUID, extra JSON, bytes BLOB, \"limit\" INTEGER
    );";

/// Texts to search, and a number that is not searched.
pub(crate) const TOWNS: &str =
    "CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT NOT NULL, region VARCHAR(80), inhabitants INTEGER);";

/// So many rows, numbered from 1.
pub(crate) fn numbered_rows(count: usize) -> String {
    format!(
        "CREATE TABLE numbers (id INTEGER PRIMARY KEY, label TEXT NOT NULL, half REAL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO numbers SELECT i, 'row number ' || i, i / 2.0 FROM n;"
    )
}
