// A stack whose Lambda functions all send their telemetry to ClickStack, plain functions as they are.
package main

import (
	clickstack "example.com/pulumi-clickstack-lambda/sdk/go/clickstacklambda"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

const trustPolicy = `{
	"Version": "2012-10-17",
	"Statement": [
		{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
	]
}`

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	cfg := config.New(ctx, "")

	// The extension as a layer in your own account, in every region that has functions.
	layers, err := clickstack.NewExtensionLayers(ctx, "clickstack-extension", &clickstack.ExtensionLayersArgs{
		Regions: []string{"us-east-2", "eu-central-1"},
	})
	if err != nil {
		return err
	}

	observed, err := clickstack.NewObserveStack(ctx, "observed", &clickstack.ObserveStackArgs{
		Extension: clickstack.ExtensionArgs{LayerVersionArns: layers.LayerVersionArns},
		Endpoint:  pulumi.String(cfg.Require("endpoint")),
		// Stored in AWS Secrets Manager, once for all functions.
		IngestionKey: cfg.RequireSecret("ingestionKey"),
		Exclude:      &clickstack.FunctionFilterArgs{Tags: map[string]string{"observe": "no"}},
	})
	if err != nil {
		return err
	}
	// Waits until the functions below are observed. One that is made before this line would be missed.
	if _, err := observed.Settled(ctx); err != nil {
		return err
	}

	role, err := iam.NewRole(ctx, "orders", &iam.RoleArgs{
		AssumeRolePolicy: pulumi.String(trustPolicy),
		ManagedPolicyArns: pulumi.StringArray{
			pulumi.String("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
		},
	})
	if err != nil {
		return err
	}
	arns := pulumi.StringMap{}
	for name, tags := range map[string]pulumi.StringMap{
		"orders": {},
		"health": {"observe": pulumi.String("no")},
	} {
		function, err := lambda.NewFunction(ctx, name, &lambda.FunctionArgs{
			Runtime: pulumi.String("python3.12"),
			Handler: pulumi.String("main.handler"),
			Code:    pulumi.NewFileArchive("functions/python"),
			Role:    role.Arn,
			Timeout: pulumi.Int(10),
			Tags:    tags,
		})
		if err != nil {
			return err
		}
		arns[name] = function.Arn
	}
	ctx.Export("functionArns", arns)
	return nil
}
