package reply

// With answers with a text.
func With(text string) string {
	return text
}
