// For each identity of a line: its hash in one line, the page with its settings in the next.
package main

import (
	"bufio"
	"fmt"
	"html/template"
	"os"
	"strings"

	"shop/servicebot"
)

func main() {
	page := template.Must(template.ParseFiles("page.gohtml"))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var shown strings.Builder
		data := map[string]any{"Servicebot": servicebot.Settings(lines.Text())}
		if err := page.Execute(&shown, data); err != nil {
			panic(err)
		}
		fmt.Println(servicebot.Hash(lines.Text()))
		fmt.Println(strings.ReplaceAll(shown.String(), "\n", " "))
	}
}
