// An observed Lambda function, its layer in your own account, and the ingestion key in Secrets Manager.
package main

import (
	clickstack "example.com/pulumi-clickstack-lambda/sdk/go/clickstacklambda"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	cfg := config.New(ctx, "")

	// The extension as a layer in your own account, the same in every region that has functions.
	layers, err := clickstack.NewExtensionLayers(ctx, "clickstack-extension", &clickstack.ExtensionLayersArgs{
		Regions: []string{"us-east-2", "eu-central-1"},
	})
	if err != nil {
		return err
	}

	// The key stays in Secrets Manager. The function's environment only names the secret, and its role may read it.
	ingestionKey, err := secretsmanager.NewSecret(ctx, "clickstack-ingestion-key", &secretsmanager.SecretArgs{
		Description: pulumi.String("Ingestion key for ClickStack"),
	})
	if err != nil {
		return err
	}
	ingestionKeyValue, err := secretsmanager.NewSecretVersion(ctx, "clickstack-ingestion-key",
		&secretsmanager.SecretVersionArgs{
			SecretId:     ingestionKey.ID(),
			SecretString: cfg.RequireSecret("ingestionKey"),
		})
	if err != nil {
		return err
	}

	cloudWatchLogs := clickstack.CloudWatchLogsDisable
	orders, err := clickstack.NewObservedFunction(ctx, "orders-python", &clickstack.ObservedFunctionArgs{
		Runtime:       pulumi.String("python3.12"),
		Handler:       pulumi.String("main.handler"),
		Code:          pulumi.NewFileArchive("functions/python"),
		Timeout:       pulumi.Int(10),
		Extension:     clickstack.ExtensionArgs{LayerVersionArns: layers.LayerVersionArns},
		Endpoint:      pulumi.String(cfg.Require("endpoint")),
		Authorization: ingestionKeyValue.SecretArn,
		ResourceAttributes: pulumi.StringMap{
			"deployment.environment.name": pulumi.String(ctx.Stack()),
		},
		CloudWatchLogs: &cloudWatchLogs,
	})
	if err != nil {
		return err
	}

	names := pulumi.StringArray{orders.FunctionName}
	// A function in Go with OpenTelemetry by hand, which has to be compiled first: see README.md.
	if cfg.GetBool("goFunction") {
		inGo, err := clickstack.NewObservedFunction(ctx, "orders-go", &clickstack.ObservedFunctionArgs{
			Runtime:        pulumi.String("provided.al2023"),
			Handler:        pulumi.String("bootstrap"),
			Code:           pulumi.NewFileArchive("functions/orders/build"),
			Timeout:        pulumi.Int(10),
			Extension:      clickstack.ExtensionArgs{LayerVersionArns: layers.LayerVersionArns},
			Endpoint:       pulumi.String(cfg.Require("endpoint")),
			Authorization:  ingestionKeyValue.SecretArn,
			CloudWatchLogs: &cloudWatchLogs,
		})
		if err != nil {
			return err
		}
		names = append(names, inGo.FunctionName)
	}

	ctx.Export("layerVersionArns", layers.LayerVersionArns)
	ctx.Export("functionNames", names)
	ctx.Export("functionArns", pulumi.StringArray{orders.FunctionArn})
	return nil
}
