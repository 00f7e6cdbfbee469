// The roles, and which of them covers which: an admin all of them, and everyone a viewer.

const MEANINGS = {
  viewer: "A viewer reads what strangers may not.",
  worker: "A worker also takes jobs.",
  editor: "An editor also writes rows and asks for jobs.",
  admin: "An admin does everything.",
};

export const covers = (role, other) => role === "admin" || role === other || other === "viewer";

/** A field of a form that chooses a role, none above `most`. */
export function roleField(most, initial) {
  const offered = Object.keys(MEANINGS).filter((role) => covers(most, role));
  return {
    type: "choice",
    label: "Role",
    required: true,
    initial: offered.includes(initial) ? initial : offered[0],
    help_text: offered.map((role) => MEANINGS[role]).join(" "),
    choices: offered.map((role) => ({ value: role })),
  };
}
