// Generates the package's SDK for a language with Pulumi's own code generator, without the language's host.
//
//	go run ./sdkgen ../schema.json python|nodejs|go ../sdk/python
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"github.com/blang/semver"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const generator = "the Pulumi SDK generator"

func main() {
	if len(os.Args) != 4 || generators[os.Args[2]] == nil {
		fmt.Fprintln(os.Stderr, "usage: sdkgen <schema.json> python|nodejs|go <directory>")
		os.Exit(2)
	}
	if err := run(os.Args[1], generators[os.Args[2]], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "sdkgen:", err)
		os.Exit(1)
	}
}

type generate func(pkg *schema.Package, packages loader) (map[string][]byte, error)

var generators = map[string]generate{
	"python": func(pkg *schema.Package, packages loader) (map[string][]byte, error) {
		return python.GeneratePackage(generator, pkg, nil, packages)
	},
	"nodejs": func(pkg *schema.Package, packages loader) (map[string][]byte, error) {
		files, err := nodejs.GeneratePackage(generator, pkg, nil, nil, false, packages)
		return fromTypesFolder(files), err
	},
	// With a go.mod, as `pulumi package add` makes it.
	"go": func(pkg *schema.Package, _ loader) (map[string][]byte, error) {
		pkg.SupportPack = true
		return golang.GeneratePackage(generator, pkg, nil)
	},
}

func run(schemaPath string, generate generate, directory string) error {
	text, err := os.ReadFile(schemaPath)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("%s: %w", schemaPath, err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return fmt.Errorf("%s: %w", schemaPath, err)
	}
	aws, err := bind(awsStandIn(tree, spec.Dependencies), loader{})
	if err != nil {
		return fmt.Errorf("the stand-in of the aws package: %w", err)
	}
	packages := loader{"aws": aws}
	own, err := bind(spec, packages)
	if err != nil {
		return fmt.Errorf("%s: %w", schemaPath, err)
	}
	files, err := generate(own, packages)
	if err != nil {
		return err
	}
	return write(files, directory)
}

// fromTypesFolder fixes imports of the files in types/. The generator takes the way to their parent from filepath.Rel,
// which answers "../." before Go 1.26 and ".." since, and cuts off the first two bytes.
func fromTypesFolder(files map[string][]byte) map[string][]byte {
	wrong := regexp.MustCompile(`from "\./(types/|utilities")`)
	for name, content := range files {
		if path.Dir(name) == "types" {
			files[name] = wrong.ReplaceAll(content, []byte(`from "../$1`))
		}
	}
	return files
}

func bind(spec schema.PackageSpec, packages loader) (*schema.Package, error) {
	bound, diagnostics, err := schema.BindSpec(spec, packages, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return bound, nil
}

// write replaces what was generated before, so that nothing stays behind of what is no longer made.
func write(files map[string][]byte, directory string) error {
	if err := os.RemoveAll(directory); err != nil {
		return err
	}
	for name, content := range files {
		file := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// loader has the schemas of the packages that a schema refers to.
type loader map[string]*schema.Package

func (l loader) LoadPackage(name string, _ *semver.Version) (*schema.Package, error) {
	if name == "pulumi" {
		return schema.DefaultPulumiPackage, nil
	}
	if found, ok := l[name]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("there is no schema of the package %q", name)
}

func (l loader) LoadPackageV2(_ context.Context, descriptor *schema.PackageDescriptor) (*schema.Package, error) {
	return l.LoadPackage(descriptor.Name, descriptor.Version)
}

func (l loader) LoadPackageReference(name string, version *semver.Version) (schema.PackageReference, error) {
	found, err := l.LoadPackage(name, version)
	if err != nil {
		return nil, err
	}
	return found.Reference(), nil
}

func (l loader) LoadPackageReferenceV2(
	_ context.Context, descriptor *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	return l.LoadPackageReference(descriptor.Name, descriptor.Version)
}
