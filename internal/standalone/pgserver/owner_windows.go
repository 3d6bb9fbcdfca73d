package pgserver

// ownerOf knows nothing: Windows keeps owners in access lists, which PostgreSQL
// looks at itself.
func ownerOf(string) (uid int, known bool) { return 0, false }
