import { randomUUID } from "node:crypto";
import type { PageFunction } from "../web/api/rows";
import type { Project } from "./project/project";
import type { Schedule } from "./project/routes";
import { scheduledEvent } from "./run/scheduledEvent";
import type { UrlServer } from "./run/urlServer";
import type { Session } from "./session";
import type { Reporter } from "./show/reporter";

/** Prints the functions, their URLs and the schedules. */
export function introduce(reporter: Reporter, project: Project, session: Session, urls: UrlServer): void {
  const count = session.names.length;
  reporter.notice(`${count} ${count === 1 ? "function" : "functions"} of ${project.source}`);
  for (const name of session.names) reporter.notice(`  ${name}  ${urls.urlOf(name)}`);
  const { schedules } = session;
  if (schedules.length === 0) return;
  reporter.notice("Schedules (fire one with --schedule <name>, or on the page with Invoke):");
  for (const { name, expression, to } of schedules)
    reporter.notice(`  ${name}  ${expression} → ${to.kind === "queue" ? `queue ${to.name}` : to.name}`);
}

/** The functions for the page, with an event of each schedule whose target is a function. */
export function pageFunctions(session: Session, urls: UrlServer): PageFunction[] {
  return session.runtimes.map(({ name, runtime }) => ({
    name,
    runtime,
    url: urls.urlOf(name),
    samples: session.schedules
      .filter(({ to }) => to.kind === "function" && session.isNamed(name, to.name))
      .map(sampleOf),
  }));
}

function sampleOf(schedule: Schedule) {
  return {
    title: `Schedule ${schedule.name}, ${schedule.expression}`,
    event: scheduledEvent(schedule, Date.now(), randomUUID()),
  };
}
