// Whether the reader may ask for jobs, and so call them off and have them tried again.

import { ask } from "../core/api.js";

export async function mayAsk(signal) {
  const { data } = await ask("api/jobs/", { method: "OPTIONS", signal });
  return Boolean(data?.actions?.POST);
}
