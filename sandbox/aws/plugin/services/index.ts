import type { ResourceType } from "../base/resource";
import { eventSourceMapping } from "./eventSourceMapping";
import { policy, rolePolicy, rolePolicyAttachment } from "./iamPolicy";
import { role } from "./iamRole";
import { alias, functionUrl, permission } from "./lambdaAccess";
import { lambdaFunction } from "./lambdaFunction";
import { layerVersion, layerVersionPermission } from "./lambdaLayer";
import { logGroup } from "./logGroup";
import { secret, secretPolicy, secretVersion } from "./secretsManager";
import { queue } from "./sqsQueue";
import { ssmParameter } from "./ssmParameter";

const all = [
  ...[lambdaFunction, layerVersion, layerVersionPermission, permission, functionUrl, alias],
  ...[eventSourceMapping, queue],
  ...[role, rolePolicy, rolePolicyAttachment, policy],
  ...[logGroup, secret, secretVersion, secretPolicy, ssmParameter],
];

/** Every resource type by its token. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  all.map((type) => [type.token, type]),
);
