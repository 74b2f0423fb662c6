// Builds .cache/lambda-runtimes/java, what the local Lambda mounts at /var/runtime for Java functions: AWS's own runtime
// interface client, from Maven Central. And .cache/java-agent, OpenTelemetry's agent, which tests use as a layer.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOnPath } from "./onPath.mjs";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

const client = "com.amazonaws:aws-lambda-java-runtime-interface-client:2.6.0";
const agent = "io.opentelemetry.javaagent:opentelemetry-javaagent:2.33.1";

/** The managed runtime's options, and its class path: `CLASSPATH` in the table of Lambda's environment variables. */
const bootstrap = `#!/bin/sh
exec /var/lang/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \\
  -cp "/var/runtime/lib/*:/var/task:/var/task/lib/*:/opt/java/lib/*" \\
  com.amazonaws.services.lambda.runtime.api.client.AWSLambda "$_HANDLER"
`;

/** Copies an artefact with or without its dependencies into a folder. */
async function copyArtefacts(artefact, directory) {
  const [groupId, artifactId, version] = artefact.split(":");
  const work = mkdtempSync(join(tmpdir(), "java-artefacts-"));
  try {
    const dependency = `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
    writeFileSync(
      join(work, "pom.xml"),
      `<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>artefacts</artifactId><version>1</version><dependencies>${dependency}</dependencies></project>\n`,
    );
    const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
    await run("mvn", ["-q", "-B", goal, `-DoutputDirectory=${directory}`], { cwd: work });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whether Java functions can be set up here: `java`, `javac` and Maven are on PATH. */
export function hasJava() {
  return ["java", "javac", "mvn"].every((command) => findOnPath([command]) !== undefined);
}

/**
 * Makes sure that both exist; does nothing if the machine has no Java or Maven.
 * @param {{ root: string, log: (text: string) => void }} options `root` is the checkout.
 */
export async function ensureJavaRuntime({ root, log }) {
  if (!hasJava()) return log("Java functions: no java, javac or mvn on PATH; their tests are skipped");
  const targets = [
    { artefact: client, directory: join(root, ".cache", "lambda-runtimes", "java"), jars: "lib" },
    { artefact: agent, directory: join(root, ".cache", "java-agent"), jars: "" },
  ];
  for (const { artefact, directory, jars } of targets) {
    const value = digest(artefact, bootstrap);
    if (isStamped(join(directory, "stamp"), value)) continue;
    log(artefact);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    await copyArtefacts(artefact, join(directory, jars));
    if (jars !== "") {
      writeFileSync(join(directory, "bootstrap"), bootstrap);
      chmodSync(join(directory, "bootstrap"), 0o755);
    }
    stamp(join(directory, "stamp"), value);
  }
}
