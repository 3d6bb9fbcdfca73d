package store

// LogPage is how many rows of a table a log reads at once.
const LogPage = logPage
