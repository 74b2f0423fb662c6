import type { AsyncSettings } from "./asyncSettings";
import type { Routes } from "./routes";

/** A Lambda function as a project describes it, with its code on this machine. */
export interface ProjectFunction {
  /** Name under which it is deployed, as far as the project says it, else the name that the project gives it. */
  name: string;
  /** Further names that other functions may call it by, such as its logical id. */
  aliases: string[];
  /** Runtime identifier, such as `nodejs22.x`. */
  runtime: string;
  /** As Lambda takes it, such as `index.handler`. */
  handler: string;
  /** Folder or zip with its code, absolute. */
  code: string;
  /** In MB. */
  memorySizeMb: number;
  /** In seconds. */
  timeoutSeconds: number;
  environment: Record<string, string>;
  /** Folders or zips of its layers, absolute, in Lambda's order. */
  layers: string[];
  logFormat?: "Text" | "JSON";
  /** Names or logical ids of the queues whose messages it gets. */
  queues: string[];
  /** How asynchronous invocations end. Default: as Lambda has it. */
  asynchronous?: AsyncSettings;
}

/** How a project describes its functions. */
export type ProjectKind = "folder" | "template" | "serverless" | "cdk" | "pulumi" | "deployed";

/** The functions of a project. */
export interface Project {
  kind: ProjectKind;
  /** What was read, for a person. */
  source: string;
  /** Folder whose changes matter; undefined where nothing of it changes. */
  folder?: string;
  functions: ProjectFunction[];
  /** What leads from topics and buses to them. */
  routes: Routes;
  /** What is not as when deployed, and what to do about it. */
  notices: string[];
}

/** Lambda's defaults (CreateFunction in the API reference). */
export const functionDefaults = { memorySizeMb: 128, timeoutSeconds: 3 } as const;

/** A mistake in a project, or something of it that cannot be run here. The message says where and how to fix it. */
export class ProjectError extends Error {}
