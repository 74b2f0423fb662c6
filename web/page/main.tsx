import { render } from "preact";
import type { AboutPage } from "../api/rows";
import { App } from "./app";

const page = document.getElementById("page");
const about: AboutPage = JSON.parse(document.getElementById("about")?.textContent || '{"functions":[]}');
if (page !== null) render(<App about={about} />, page);
