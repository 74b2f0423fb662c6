import { AwsClients, type ProviderConfig, providerConfig } from "./base/clients";
import type { PluginContext } from "./base/context";
import { errorCode, type ResourceType } from "./base/resource";
import { defaultsKey, isObject, type PropertyMap } from "./base/values";
import type { AutoNaming } from "./naming";
import {
  allTags,
  type CheckFailure,
  checkInputs,
  type Difference,
  difference,
  importedInputs,
  previewState,
  refreshedInputs,
  takesTags,
} from "./plan";
import { resourceTypes } from "./services";
import { invokes } from "./services/invokes";

/** A resource's inputs and state, as the engine keeps them. */
export interface Resource {
  inputs: PropertyMap;
  state: PropertyMap;
}

/** One configured provider: the plugin's logic without its protocol. */
export class Provider {
  private config: ProviderConfig;
  private readonly clients = new Map<string, AwsClients>();

  constructor(private readonly context: PluginContext) {
    this.config = providerConfig({}, context.environment);
  }

  configure(args: PropertyMap): void {
    this.config = providerConfig(args, this.context.environment);
    this.clients.clear();
  }

  check(
    urn: string,
    check: { olds: PropertyMap; news: PropertyMap; seed: Uint8Array; naming?: AutoNaming },
  ): { inputs: PropertyMap; failures: CheckFailure[] } {
    return checkInputs(typeOf(urn), { name: nameOf(urn), ...check });
  }

  diff(urn: string, olds: Resource, news: PropertyMap, ignored: readonly string[] = []): Difference {
    const kept = Object.fromEntries(ignored.map((key) => [key, olds.inputs[key]]));
    return difference(typeOf(urn), this.config, olds, { ...news, ...kept });
  }

  async create(
    urn: string,
    inputs: PropertyMap,
    preview: boolean,
  ): Promise<{ id: string; state: PropertyMap }> {
    const type = typeOf(urn);
    if (preview) return { id: "", state: previewState(type, this.config, inputs) };
    const aws = this.aws(inputs.region);
    return explained(`creating ${describe(type, inputs, urn)}`, async () => {
      const id = await type.create(aws, inputs);
      const state = await this.currentState(type, aws, id, { inputs, state: { ...inputs } });
      if (!state) throw new Error("it was created, but AWS does not find it");
      return { id, state };
    });
  }

  async read(urn: string, id: string, known: Resource): Promise<Resource | undefined> {
    const type = typeOf(urn);
    const aws = this.aws(known.state.region ?? known.inputs.region);
    return explained(`reading ${type.token} ${id}`, async () => {
      const state = await this.currentState(type, aws, id, known);
      if (!state) return undefined;
      const imported = Object.keys(known.inputs).length === 0;
      if (imported) return { state, inputs: importedInputs(type, state) };
      return { state, inputs: refreshedInputs(type, known.inputs, known.state, state) };
    });
  }

  async update(
    urn: string,
    id: string,
    olds: Resource,
    news: PropertyMap,
    preview: boolean,
  ): Promise<PropertyMap> {
    const type = typeOf(urn);
    const { changed } = difference(type, this.config, olds, news);
    if (preview) return previewState(type, this.config, news, { state: olds.state, changed });
    const aws = this.aws(olds.state.region);
    return explained(`updating ${describe(type, news, urn)}`, async () => {
      if (!type.update) throw new Error(`${type.token} can't be updated`);
      await type.update(aws, id, { inputs: news, old: olds.state, changed });
      const state = await this.currentState(type, aws, id, {
        inputs: news,
        state: afterUpdate(type, olds.state, news),
      });
      if (!state) throw new Error("it is gone");
      return state;
    });
  }

  async delete(urn: string, id: string, state: PropertyMap): Promise<void> {
    const type = typeOf(urn);
    await explained(`deleting ${type.token} ${id}`, () => type.delete(this.aws(state.region), id, state));
  }

  async invoke(token: string, args: PropertyMap): Promise<PropertyMap> {
    const invoke = invokes.get(token);
    if (!invoke) throw new Error(`the embedded AWS does not know the function ${token}`);
    return explained(`invoking ${token}`, () => invoke(this.aws(args.region), args));
  }

  /** What AWS returns, merged over what only the program knows (code, skipDestroy, …). */
  private async currentState(type: ResourceType, aws: AwsClients, id: string, known: Resource) {
    const found = await type.read(aws, id, known.state, known.inputs);
    if (!found) return undefined;
    const state: PropertyMap = { ...known.state, ...found };
    delete state[defaultsKey];
    if (type.regional) state.region = aws.region;
    if (takesTags(type)) state.tags = ownTags(state.tagsAll, known, this.config);
    return state;
  }

  private aws(region: unknown): AwsClients {
    const wanted = typeof region === "string" ? region : this.config.region;
    if (!wanted)
      throw new Error(
        "Missing region configuration: set the provider's `region`, `aws:region` or AWS_REGION",
      );
    const made = this.clients.get(wanted) ?? new AwsClients(this.config, wanted, this.context);
    this.clients.set(wanted, made);
    return made;
  }
}

/** The state that a read after an update starts from: the program's current inputs, without what an update changes. */
function afterUpdate(type: ResourceType, old: PropertyMap, news: PropertyMap): PropertyMap {
  const outputs = Object.entries(old).filter(
    ([key]) => !type.inputs.includes(key) && !type.computed.includes(key),
  );
  return { ...Object.fromEntries(outputs), ...news };
}

/** All tags without the provider's default ones, unless the program sets those itself. */
function ownTags(all: unknown, known: Resource, config: ProviderConfig): PropertyMap | undefined {
  const tags = isObject(all) ? all : {};
  const given = isObject(known.inputs.tags) ? known.inputs.tags : {};
  const own = Object.entries(tags).filter(
    ([key, value]) => key in given || allTags(config, {})[key] !== value,
  );
  return own.length > 0 ? Object.fromEntries(own) : undefined;
}

function typeOf(urn: string): ResourceType {
  const token = urn.split("::")[2]?.split("$").pop() ?? "";
  const type = resourceTypes.get(token);
  if (!type) throw new Error(`the embedded AWS does not know the resource type ${token}`);
  return type;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function describe(type: ResourceType, inputs: PropertyMap, urn: string): string {
  return `${type.token} ${String(inputs.name ?? inputs.layerName ?? nameOf(urn))}`;
}

async function explained<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = errorCode(error);
    throw new Error(`${what}: ${code && code !== "Error" ? `${code}: ` : ""}${message}`);
  }
}
