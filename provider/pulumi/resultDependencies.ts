/**
 * Works around a bug of Pulumi's engine, up to 3.260.0 at least: what a transform of the stack adds to `dependsOn`, and
 * the dependencies of outputs in its properties, are not stored with the resource (`RegisterResource` in
 * pkg/resource/deploy/source_eval.go reads dependencies again only `if len(req.Transforms) > 0`). Then `--target`
 * deploys a function without the secret and the policies that it needs, and a destroy deletes these before it. The
 * engine does read dependencies from output values in the properties, which Pulumi's own transforms never return.
 * No longer needed once the engine reads dependencies again after transforms of any kind.
 */
import * as pulumi from "@pulumi/pulumi";

/** The parts of an output, the same in every version of Pulumi. */
interface OutputParts {
  promise(): Promise<unknown>;
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
}

/**
 * A property of a transform's result as the engine's own marker for an output value.
 * @param urns resources that the property depends on in addition to its existing dependencies.
 */
export async function withDependencies(value: unknown, urns: readonly string[]): Promise<object> {
  const output = pulumi.output(value) as unknown as OutputParts;
  const [known, isKnown, isSecret] = await Promise.all([output.promise(), output.isKnown, output.isSecret]);
  return {
    [pulumi.runtime.specialSigKey]: pulumi.runtime.specialOutputValueSig,
    ...(isKnown ? { value: known } : {}),
    ...(isSecret ? { secret: true } : {}),
    dependencies: [...new Set(urns)],
  };
}
