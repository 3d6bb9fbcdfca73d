// Command show prints which StreamSuites it is part of.
package main

import (
	"fmt"

	"github.com/streamsuites/streamsuites/internal/version"
)

func main() { fmt.Println(version.String()) }
