import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../layers/location";
import { hasSources } from "../layers/sources";
import { defaultCacheDirectory, findIsolation } from "../sandbox";
import { type Project, ProjectError } from "./project/project";

/** The part of the set-up that the npm package also includes (scripts/setup/lambdaRuntimes.mjs). */
interface Setup {
  ensureLambdaRuntimes(options: {
    home: string;
    shim: string;
    python: string;
    languages: readonly string[];
    log: (what: string) => void;
  }): Promise<void>;
}

/**
 * The folder of AWS's runtime interface clients. Those that the project's functions need are downloaded once.
 * @returns undefined in a checkout, whose set-up has put them where the sandbox looks.
 * @throws ProjectError if they cannot be downloaded.
 */
export async function runtimeClients(
  { functions }: Pick<Project, "functions">,
  tell: (notice: string) => void,
): Promise<string | undefined> {
  if (hasSources(packageRoot(__dirname))) return undefined;
  const languages = ["nodejs", "python"].filter((language) =>
    functions.some(({ runtime }) => runtime.startsWith(language)),
  );
  const home = join(dirname(defaultCacheDirectory()), "lambda-runtimes");
  const root = join(__dirname, "..");
  const setup = (await import(
    pathToFileURL(join(root, "scripts", "setup", "lambdaRuntimes.mjs")).href
  )) as Setup;
  const { python } = await findIsolation();
  try {
    await setup.ensureLambdaRuntimes({
      home,
      shim: join(root, "sandbox", "runtimeShim", "index.js"),
      python,
      languages,
      log: (what) => tell(`Downloading AWS's runtime interface client (${what}), once`),
    });
  } catch (error) {
    throw new ProjectError(
      `AWS's runtime interface clients could not be downloaded into ${home}; npm is needed, and pip for functions in Python. ${(error as Error).message}`,
    );
  }
  return home;
}
