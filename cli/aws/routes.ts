import type { SubnetRoute } from "../plan/route";
import type { AwsClients } from "./clients";

/** The targets of the subnets' default routes. */
export async function readRoutes(
  clients: AwsClients,
  region: string,
  subnetIds: readonly string[],
): Promise<SubnetRoute[]> {
  const { DescribeRouteTablesCommand, DescribeSubnetsCommand } = await import("@aws-sdk/client-ec2");
  const client = await clients.ec2(region);
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }));
  const vpcs = [...new Set(Subnets.map(({ VpcId = "" }) => VpcId))];
  const { RouteTables = [] } = await client.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: vpcs }] }),
  );
  return Subnets.map(({ SubnetId = "", VpcId }): SubnetRoute => {
    const associated = RouteTables.find(({ Associations = [] }) =>
      Associations.some((one) => one.SubnetId === SubnetId),
    );
    const main = RouteTables.find((one) => one.VpcId === VpcId && one.Associations?.some(({ Main }) => Main));
    const route = (associated ?? main)?.Routes?.find((one) => one.DestinationCidrBlock === "0.0.0.0/0");
    const target =
      route?.NatGatewayId ??
      route?.TransitGatewayId ??
      route?.GatewayId ??
      route?.NetworkInterfaceId ??
      route?.InstanceId ??
      route?.VpcPeeringConnectionId ??
      route?.LocalGatewayId;
    return { subnetId: SubnetId, ...(target && { target }), ...(route?.State && { state: route.State }) };
  });
}
