// The roles, and which of them covers which: an admin all of them, and everyone a viewer.

const MEANINGS = {
  viewer: "reads what strangers may not",
  worker: "a viewer that also takes jobs",
  editor: "a viewer that also writes rows and asks for jobs",
  admin: "everything, accounts included",
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
    choices: offered.map((role) => ({ value: role, display_name: `${role}: ${MEANINGS[role]}` })),
  };
}
