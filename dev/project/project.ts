import type { AsyncSettings } from "./asyncSettings";
import type { Routes } from "./routes";

/** A Lambda function as a project describes it, with its code on this machine. */
export interface ProjectFunction {
  /** Name under which it is deployed if the project defines it, else its name in the project. */
  name: string;
  /** Other names by which functions may call it, such as its logical id. */
  aliases: string[];
  /** Runtime identifier, such as `nodejs22.x`. */
  runtime: string;
  /** As in Lambda, such as `index.handler`. */
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
  /** Names or logical ids of the queues whose messages it receives. */
  queues: string[];
  /** Settings of asynchronous invocations. Default: Lambda's defaults. */
  asynchronous?: AsyncSettings;
}

/** The tool that describes a project's functions. */
export type ProjectKind = "folder" | "template" | "serverless" | "cdk" | "pulumi" | "deployed";

/** The functions of a project. */
export interface Project {
  kind: ProjectKind;
  /** What was read, in words for the user. */
  source: string;
  /** Folder to watch for changes; undefined if nothing can change. */
  folder?: string;
  functions: ProjectFunction[];
  /** Routes from topics and buses to them. */
  routes: Routes;
  /** Differences from a deployment, and what to do about them. */
  notices: string[];
}

/** Lambda's defaults (CreateFunction in the API reference). */
export const functionDefaults = { memorySizeMb: 128, timeoutSeconds: 3 } as const;

/** A mistake in a project, or a part of it that cannot run here. The message says where it is and how to fix it. */
export class ProjectError extends Error {}
