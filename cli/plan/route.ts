import { type Check, fault, passed } from "./verification";

/** The default route of a subnet; the target is undefined if it has none. */
export interface SubnetRoute {
  subnetId: string;
  /** Id of the target, such as `nat-…`, `igw-…` or `tgw-…`. */
  target?: string;
  /** `active` or `blackhole`. */
  state?: string;
}

/** Private addresses (RFC 1918, RFC 6598, RFC 4193, loopback). */
const privateAddress =
  /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:|::1$)/i;

/** Whether an address is reachable inside the VPC. */
export function isPrivate(address: string): boolean {
  return privateAddress.test(address);
}

/**
 * Whether functions in these subnets can leave the VPC: Lambda gives them no public address, so an internet gateway
 * alone is not sufficient.
 */
export function checkRoute(routes: readonly SubnetRoute[]): Check {
  for (const { subnetId, target, state } of routes) {
    const fix =
      "Add a route to a NAT gateway, or put the function into subnets that have one; or reach ClickStack through a VPC endpoint.";
    if (target === undefined) return fault("network", `${subnetId} has no route out of its VPC`, fix);
    if (state === "blackhole")
      return fault("network", `the route of ${subnetId} to ${target} leads nowhere`, fix);
    if (target.startsWith("igw-")) {
      return fault(
        "network",
        `${subnetId} leads to the internet gateway ${target}, which functions cannot use: they have no public address`,
        fix,
      );
    }
  }
  return passed("network", `${routes.length} subnets with a route out of the VPC`);
}
