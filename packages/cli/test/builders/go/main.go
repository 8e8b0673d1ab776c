// Answers with a word of a vendored module and a template.
package main

import (
	"net/http"
	"os"

	"example.com/words"
)

func main() {
	text, err := os.ReadFile("templates/index.txt")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("go, " + words.Word + ", " + string(text)))
	})
	panic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
