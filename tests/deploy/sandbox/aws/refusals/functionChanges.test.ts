import {
  AddLayerVersionPermissionCommand,
  AddPermissionCommand,
  CreateAliasCommand,
  GetFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { foreign, invalid, refused, useRefusing, validation, zipOf } from "./refusing";

describe("changes of functions that the embedded AWS refuses", () => {
  const aws = useRefusing();
  const { create } = aws;
  it("in an update as at creation, with what they already have", async () => {
    const FunctionName = "updated";
    await create(FunctionName, { Layers: [foreign("one")] });
    await aws.lambda.send(new GetFunctionCommand({ FunctionName }));
    const update = (more: object) =>
      aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...more }));
    await refused(
      update({ Environment: { Variables: { LAMBDA_TASK_ROOT: "/" } } }),
      invalid,
      /reserved keys/,
    );
    await refused(update({ Layers: [foreign("one"), foreign("one", 2)] }), invalid, /Two different/);
    await refused(update({ MemorySize: 10_241 }), invalid, /MemorySize/);
    await refused(update({ Timeout: 6_000 }), validation, /timeout/);
    await refused(
      aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: Buffer.from("no zip") })),
      invalid,
      /Could not unzip/,
    );
  });

  it("while another change is in progress", async () => {
    const FunctionName = "busy";
    const conflict = "ResourceConflictException";
    const update = () =>
      aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
    const asked = () => aws.lambda.send(new GetFunctionCommand({ FunctionName }));
    await create(FunctionName);
    await refused(update(), conflict, /currently in the following state: Pending/);
    await asked();
    await update();
    const busy = /An update is in progress for resource: arn:aws:lambda:\S+:function:busy$/;
    await refused(update(), conflict, busy);
    await refused(
      aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf() })),
      conflict,
      busy,
    );
    await refused(aws.lambda.send(new PublishVersionCommand({ FunctionName })), conflict, busy);
    await asked();
    await update();
  });

  it("with code and layers of more than 250 MB unzipped", async () => {
    const large = await zipOf(262_144_001);
    await refused(create("large", { Code: { ZipFile: large } }), invalid, /Unzipped size must be smaller/);
    const layer = (LayerName: string, ZipFile: Buffer) =>
      aws.lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile } }));
    await refused(layer("large", large), invalid, /Unzipped size must be smaller/);
    const half = await zipOf(131_072_000);
    const { LayerVersionArn = "" } = await layer("half", half);
    await refused(
      create("large", { Code: { ZipFile: await zipOf(131_072_001) }, Layers: [LayerVersionArn] }),
      invalid,
      /Function code combined with layers .* 262144000 bytes. The actual size is 262144001 bytes/,
    );
    await create("large", { Code: { ZipFile: half }, Layers: [LayerVersionArn] });
  });

  it("and statements and aliases that already exist, or whose function does not", async () => {
    await create("permitted");
    const FunctionName = "permitted";
    const permission = {
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
      StatementId: "one",
    };
    const permit = () => aws.lambda.send(new AddPermissionCommand({ FunctionName, ...permission }));
    await permit();
    await refused(permit(), "ResourceConflictException", /statement id \(one\) provided already exists/);
    await refused(
      aws.lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "7" })),
      "ResourceNotFoundException",
      /:function:permitted:7$/,
    );
    const { Version = 0 } = await aws.lambda.send(
      new PublishLayerVersionCommand({ LayerName: "shared", Content: { ZipFile: await zipOf() } }),
    );
    const share = (more: object) =>
      aws.lambda.send(
        new AddLayerVersionPermissionCommand({
          LayerName: "shared",
          VersionNumber: Version,
          StatementId: "everybody",
          Action: "lambda:GetLayerVersion",
          Principal: "*",
          ...more,
        }),
      );
    await share({});
    await refused(share({}), "ResourceConflictException", /everybody/);
    await refused(share({ StatementId: "no one" }), validation, /'statementId'/);
    await refused(
      share({ StatementId: "org", Principal: "418653438961", OrganizationId: "o-0123456789" }),
      invalid,
      /Principal must be \*/,
    );
  });
});
