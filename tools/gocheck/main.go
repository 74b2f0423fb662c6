// Checks the types of a module's packages as the compiler does, without compiling what they import: of imported packages it
// reads the declarations only. For a program of Pulumi's AWS SDK that takes seconds in place of minutes.
//
//	go run ./gocheck ../examples/go
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gocheck <directory of a Go module>")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gocheck:", err)
		os.Exit(1)
	}
}

// check reports every error of the packages below a directory on stderr, and returns how many there are as an error. A module
// that is replaced by a folder in the directory, as generated SDKs are, is checked with it where it is imported.
func check(directory string) error {
	module, err := filepath.Abs(directory)
	if err != nil {
		return err
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax,
		Dir:  module,
		// Without C, every package is Go's own sources.
		Env:       append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly"),
		ParseFile: declarationsOutside(module),
	}, "./...")
	if err != nil {
		return err
	}
	errors := 0
	packages.Visit(loaded, nil, func(read *packages.Package) {
		// Of other modules' packages only the declarations were read, so that some of their imports appear unused.
		if len(read.GoFiles) > 0 && !isBelow(module, read.GoFiles[0]) {
			return
		}
		for _, found := range read.Errors {
			fmt.Fprintln(os.Stderr, found)
			errors++
		}
	})
	switch {
	case errors > 0:
		return fmt.Errorf("%s: %d errors", directory, errors)
	case len(loaded) == 0:
		return fmt.Errorf("%s: no packages", directory)
	}
	return nil
}

// declarationsOutside parses files of the module whole, and of others without the bodies of functions.
func declarationsOutside(module string) func(*token.FileSet, string, []byte) (*ast.File, error) {
	return func(files *token.FileSet, name string, source []byte) (*ast.File, error) {
		if isBelow(module, name) {
			return parser.ParseFile(files, name, source, parser.AllErrors)
		}
		parsed, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
		if parsed != nil {
			for _, declaration := range parsed.Decls {
				if function, ok := declaration.(*ast.FuncDecl); ok {
					function.Body = nil
				}
			}
		}
		return parsed, err
	}
}

func isBelow(directory, file string) bool {
	return strings.HasPrefix(file, directory+string(filepath.Separator))
}
