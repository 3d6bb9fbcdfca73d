package exports

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// PermissionsInput is what admin/permissions.json is made of.
type PermissionsInput struct {
	Creators []CreatorSettings
	Tables   Tables
	Triggers []CreatorTriggers
	Since    time.Time
}

type permissionsDocument struct {
	Meta        meta            `json:"meta"`
	Permissions []permissionRow `json:"permissions"`
}

type permissionRow struct {
	Principal string   `json:"principal"`
	Role      string   `json:"role"`
	Status    string   `json:"status"`
	Grants    []string `json:"grants"`
	CreatedAt *instant `json:"created_at"` // the configuration does not say
	UpdatedAt *instant `json:"updated_at"`
}

// The words of the contract.
const (
	roleOwner  = "owner"
	roleAdmin  = "admin"
	roleEditor = "editor"
	roleViewer = "viewer"
	roleBot    = "bot"

	permissionActive  = "active"
	permissionLimited = "limited" // a credential is missing
	permissionRevoked = "revoked"
)

// BuildPermissions builds admin/permissions.json: the creators and the roles in
// their chats, with the triggers that not everybody may use, and the accounts with
// the creators for whom they act, and Discord's administrators. It is for this machine only.
func BuildPermissions(in PermissionsInput) (Document, error) {
	rows := []permissionRow{}
	triggers := make(map[string][]TriggerInForce, len(in.Triggers))
	for _, t := range in.Triggers {
		triggers[t.Creator.ID] = t.Triggers
	}
	for _, c := range creatorsByID(Settings{Creators: in.Creators}) {
		rows = append(rows, creatorPermissions(c, in.Tables.details(c.ID).Admin, triggers[c.ID])...)
	}
	rows = append(rows, administrators(in.Tables)...)
	for _, a := range in.Tables.Accounts {
		row := permissionRow{Principal: accountID(a), Role: roleBot, Status: permissionActive, Grants: []string{}}
		switch {
		case !a.On:
			row.Status = permissionRevoked
		case !a.Complete:
			row.Status = permissionLimited
		}
		for _, id := range a.Creators {
			row.Grants = append(row.Grants, a.Purpose+":"+id)
		}
		rows = append(rows, row)
	}
	data, err := encodeTwice(FilePermissions, "permissions", permissionsDocument{newMeta(instant(in.Since), InternalOnly, "permissions"), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FilePermissions, Visibility: InternalOnly, Data: data}, nil
}

// administrators are the Discord users whom the configuration makes that, as long as
// Discord is on.
func administrators(t Tables) (rows []permissionRow) {
	status := permissionRevoked
	if slices.ContainsFunc(t.Announcers, func(a AnnouncerSettings) bool { return a.Name == "discord" && a.On }) {
		status = permissionActive
	}
	for _, id := range t.Administrators {
		rows = append(rows, permissionRow{Principal: "discord:" + id, Role: roleAdmin, Status: status, Grants: []string{"discord:administer"}})
	}
	return rows
}

// creatorPermissions are the creator's own row, and one for each role in the chat
// that may use more than everybody.
func creatorPermissions(c CreatorSettings, admin bool, triggers []TriggerInForce) []permissionRow {
	own := permissionRow{Principal: c.ID, Role: roleOwner, Status: permissionActive, Grants: []string{}}
	if admin {
		own.Role = roleAdmin
	}
	if !c.Enabled {
		own.Status = permissionRevoked
	}
	granted := map[chat.Roles][]string{}
	for _, info := range triggers {
		if !info.Enabled || info.Roles == chat.Everyone {
			continue
		}
		grant := "trigger:" + ident(info.ID)
		own.Grants = append(own.Grants, grant) // the broadcaster passes always
		for _, role := range grantedRoles {
			if info.Roles.Any(role) {
				granted[role] = append(granted[role], grant)
			}
		}
	}
	rows := []permissionRow{own}
	for _, role := range grantedRoles {
		if grants := granted[role]; len(grants) > 0 {
			slices.Sort(grants)
			rows = append(rows, permissionRow{Principal: c.ID + ":" + role.Names()[0], Role: contractRole(role), Status: own.Status, Grants: grants})
		}
	}
	slices.Sort(own.Grants)
	return rows
}

// grantedRoles are the roles of a chat besides the broadcaster's, the mightiest
// first.
var grantedRoles = []chat.Roles{chat.Editor, chat.Moderator, chat.VIP, chat.Subscriber, chat.Regular, chat.Follower}

func contractRole(role chat.Roles) string {
	if role.Any(chat.Editor | chat.Moderator) {
		return roleEditor
	}
	return roleViewer
}

// mark changes whenever the document does.
func (in PermissionsInput) mark() string {
	sum := sha256.New()
	say := func(what ...any) { _, _ = fmt.Fprintln(sum, what...) } // a hash takes everything
	say(in.Since.UnixNano(), len(in.Creators))
	for _, c := range in.Creators {
		say(c.ID, c.Enabled, in.Tables.details(c.ID).Admin)
	}
	for _, t := range in.Triggers {
		say(t.Creator.ID, t.mark)
	}
	say(in.Tables.Administrators, in.Tables.Announcers, in.Tables.Accounts)
	return string(sum.Sum(nil))
}

func buildPermissions(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	triggers, err := c.triggers(ctx, s)
	if err != nil {
		return nil, err
	}
	in := PermissionsInput{s.Creators, s.Tables, triggers, s.Since}
	if !c.remade(FilePermissions, in.mark()) {
		return nil, errAsItWas
	}
	doc, err := BuildPermissions(in)
	return doc.Data, err
}
