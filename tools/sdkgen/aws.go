package main

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// awsStandIn makes a schema with just the types and resources of the aws package that the tree refers to. The generator
// needs their names alone; the package's own schema is a hundred megabytes.
func awsStandIn(tree any, dependencies []schema.PackageDescriptor) schema.PackageSpec {
	spec := schema.PackageSpec{
		Name: "aws",
		Meta: &schema.MetadataSpec{ModuleFormat: "(.*)(?:/[^/]*)"},
		Language: map[string]schema.RawMessage{
			"python": rawJSON(map[string]any{"packageName": "pulumi_aws"}),
			"nodejs": rawJSON(map[string]any{"compatibility": "tfbridge20"}),
			"go":     rawJSON(map[string]any{"importBasePath": "github.com/pulumi/pulumi-aws/sdk/v7/go/aws"}),
		},
		Types:     map[string]schema.ComplexTypeSpec{},
		Resources: map[string]schema.ResourceSpec{},
	}
	for _, dependency := range dependencies {
		if dependency.Name == "aws" && dependency.Version != nil {
			spec.Version = dependency.Version.String()
		}
	}
	for _, reference := range references(tree) {
		path, fragment, _ := strings.Cut(reference, "#/")
		if !strings.HasPrefix(path, "/aws/") {
			continue
		}
		kind, escaped, _ := strings.Cut(fragment, "/")
		token, err := url.PathUnescape(escaped)
		if err != nil {
			continue
		}
		if kind == "resources" {
			spec.Resources[token] = schema.ResourceSpec{}
		} else {
			spec.Types[token] = schema.ComplexTypeSpec{ObjectTypeSpec: schema.ObjectTypeSpec{Type: "object"}}
		}
	}
	return spec
}

// references collects the value of every "$ref" in decoded JSON.
func references(tree any) []string {
	var found []string
	switch node := tree.(type) {
	case map[string]any:
		for key, value := range node {
			if text, ok := value.(string); ok && key == "$ref" {
				found = append(found, text)
				continue
			}
			found = append(found, references(value)...)
		}
	case []any:
		for _, value := range node {
			found = append(found, references(value)...)
		}
	}
	return found
}

func rawJSON(value any) schema.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // a literal here that is not JSON
	}
	return text
}
