// notice writes NOTICE again: the licences of everything in the program besides
// doorkey's own source. These licences require that they are passed on with it.
//
//	go run ./internal/tool/notice
package main

import (
	"context"
	"fmt"
	"os"
)

func main() {
	content, err := notice(context.Background())
	if err == nil {
		err = os.WriteFile(file, []byte(content), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}
