import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginContext } from "./base/context";
import { fromStruct, toStruct } from "./base/values";
import type { AutoNaming } from "./naming";
import { Provider } from "./provider";
import { resourceTypes } from "./services";
import { invokes } from "./services/invokes";

type Handlers = Pick<IResourceProviderServer, keyof IResourceProviderServer>;

/** The engine's protocol for providers, on top of a {@link Provider}. */
export function providerService(version: string, context: PluginContext): grpc.UntypedServiceImplementation {
  const provider = new Provider(context);
  return {
    ...unimplemented(),
    ...aboutHandlers(version),
    ...configurationHandlers(provider),
    ...planHandlers(provider),
    ...resourceHandlers(provider),
  };
}

/** Turns a function of the request into a gRPC handler; errors go back with their message alone. */
function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(handle)
      .then((response) => callback(null, response))
      .catch((error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.UNKNOWN, details });
      });
  };
}

function unimplemented(): grpc.UntypedServiceImplementation {
  const handlers = Object.keys(ResourceProviderService).map((name) => [
    name,
    (_call: unknown, callback?: grpc.sendUnaryData<Empty>) =>
      callback?.({ code: grpc.status.UNIMPLEMENTED, details: `${name} is not implemented` }),
  ]);
  return Object.fromEntries(handlers);
}

function aboutHandlers(version: string): Handlers {
  return {
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    getSchema: unary(() => {
      // The TypeScript compiler is loaded only if the schema is needed: by programs in YAML, and to generate SDKs.
      const { awsSchema } = require("./schema") as typeof import("./schema");
      const parts = { version, resources: resourceTypes.keys(), functions: invokes.keys() };
      return new messages.GetSchemaResponse().setSchema(awsSchema(parts));
    }),
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
  };
}

function configurationHandlers(provider: Provider): Handlers {
  return {
    checkConfig: unary((request: messages.CheckRequest) =>
      new messages.CheckResponse().setInputs(request.getNews()),
    ),
    // A provider instance consists only of its settings: the resources' own differences show the effect of a change.
    diffConfig: unary(() =>
      new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: unary((request: messages.ConfigureRequest) => {
      provider.configure(fromStruct(request.getArgs()));
      // The engine then sends plain values, and marks as secret itself what came from secret inputs.
      return new messages.ConfigureResponse()
        .setSupportspreview(true)
        .setAcceptsecrets(false)
        .setSupportsAutonamingConfiguration(true);
    }),
    invoke: unary(async (request: messages.InvokeRequest) =>
      new messages.InvokeResponse().setReturn(
        toStruct(await provider.invoke(request.getTok(), fromStruct(request.getArgs()))),
      ),
    ),
  };
}

function autoNaming(options: messages.CheckRequest.AutonamingOptions | undefined): AutoNaming | undefined {
  if (!options) return undefined;
  const { ENFORCE, DISABLE } = messages.CheckRequest.AutonamingOptions.Mode;
  const mode = options.getMode();
  return {
    mode: mode === DISABLE ? "disable" : mode === ENFORCE ? "enforce" : "propose",
    proposedName: options.getProposedName(),
  };
}

function planHandlers(provider: Provider): Handlers {
  return {
    check: unary((request: messages.CheckRequest) => {
      const { inputs, failures } = provider.check(request.getUrn(), {
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        seed: request.getRandomseed_asU8(),
        naming: autoNaming(request.getAutonaming()),
      });
      const list = failures.map(({ property, reason }) =>
        new messages.CheckFailure().setProperty(property).setReason(reason),
      );
      return new messages.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(list);
    }),
    diff: unary((request: messages.DiffRequest) => {
      const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
      const olds = { inputs: fromStruct(request.getOldInputs()), state: fromStruct(request.getOlds()) };
      const found = provider.diff(
        request.getUrn(),
        olds,
        fromStruct(request.getNews()),
        request.getIgnorechangesList(),
      );
      return new messages.DiffResponse()
        .setChanges(found.changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(found.changed)
        .setReplacesList(found.replaces)
        .setDeletebeforereplace(found.deleteBeforeReplace);
    }),
  };
}

function resourceHandlers(provider: Provider): Handlers {
  return {
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const { id, state } = await provider.create(request.getUrn(), inputs, request.getPreview());
      return new messages.CreateResponse().setId(id).setProperties(toStruct(state));
    }),
    read: unary(async (request: messages.ReadRequest) => {
      const known = { inputs: fromStruct(request.getInputs()), state: fromStruct(request.getProperties()) };
      const found = await provider.read(request.getUrn(), request.getId(), known);
      const response = new messages.ReadResponse();
      if (!found) return response; // No id: the resource is gone.
      return response
        .setId(request.getId())
        .setProperties(toStruct(found.state))
        .setInputs(toStruct(found.inputs));
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const olds = { inputs: fromStruct(request.getOldInputs()), state: fromStruct(request.getOlds()) };
      const news = fromStruct(request.getNews());
      const state = await provider.update(
        request.getUrn(),
        request.getId(),
        olds,
        news,
        request.getPreview(),
      );
      return new messages.UpdateResponse().setProperties(toStruct(state));
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      await provider.delete(request.getUrn(), request.getId(), fromStruct(request.getProperties()));
      return new Empty();
    }),
  };
}
