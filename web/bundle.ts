import { join } from "node:path";
import { buildPage } from "./build";

// `npm run build`: the page that the package serves.
buildPage(join(__dirname, ".."));
