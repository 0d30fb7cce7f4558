/* SPDX-License-Identifier: Apache-2.0 */
/* Whose ids are those inside: id maps that overlap with another container's, or with host users. */
#include "inspect/audit/audit.h"

static const struct audit_claim claim = { "ids",
	"whoever gets out, or shares a volume, acts on the files and processes of that id's owner",
	"ranges of its own (/etc/subuid, --userns auto; linux.uidMappings)" };

/* The first id of both, and how many; 0: none. */
static uint32_t overlap(
	const struct audit_id_range *a, const struct audit_id_range *b, uint32_t *ret_first)
{
	uint64_t first = a->outside > b->outside ? a->outside : b->outside;
	uint64_t end_a = (uint64_t)a->outside + a->count, end_b = (uint64_t)b->outside + b->count;
	uint64_t end = end_a < end_b ? end_a : end_b;

	if (first >= end)
		return 0;
	*ret_first = (uint32_t)first;
	return (uint32_t)(end - first);
}

static size_t check_others(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	size_t n_found = 0;

	for (size_t i = 0; i < snapshot->n_others; i++) {
		const struct audit_other_ids *other = &snapshot->others[i];
		uint32_t first = 0, n = 0;

		for (size_t j = 0; j < other->n_ranges && n == 0; j++)
			for (size_t k = 0; k < snapshot->n_uid_ranges && n == 0; k++)
				n = overlap(&other->ranges[j], &snapshot->uid_ranges[k], &first);
		if (n == 0)
			continue;
		n_found++;
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD,
			"%u user id%s from %u on are also those of %s", n, n == 1 ? "" : "s", first,
			other->name);
	}
	return n_found;
}

static bool has_unread(const struct audit_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_others; i++)
		if (snapshot->others[i].n_ranges == 0)
			return true;
	return false;
}

static bool is_mapped(const struct audit_snapshot *snapshot, uid_t uid)
{
	for (size_t i = 0; i < snapshot->n_uid_ranges; i++)
		if (uid >= snapshot->uid_ranges[i].outside &&
			uid - snapshot->uid_ranges[i].outside < snapshot->uid_ranges[i].count)
			return true;
	return false;
}

/* An ordinary user's own containers have that user's id inside: there is no other way. */
static size_t check_users(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	const struct audit_user *found = NULL;
	size_t n_found = 0;

	for (size_t i = 0; i < snapshot->n_host_users; i++) {
		const struct audit_user *user = &snapshot->host_users[i];

		if (!is_mapped(snapshot, user->uid) ||
			(snapshot->has_owner_uid && snapshot->owner_uid == user->uid &&
				user->uid != 0))
			continue;
		if (!found)
			found = user;
		n_found++;
	}
	if (n_found > 0)
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD,
			"user %u (%s) of the host, and %zu more, can be had inside", found->uid,
			found->name, n_found - 1);
	return n_found;
}

void check_ids(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	const struct audit_id_range *first = snapshot->uid_ranges;

	if (!audit_has_user_namespace(snapshot)) {
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"without a user namespace of its own its ids are everybody's");
		return;
	}
	if (snapshot->n_uid_ranges == 0) {
		audit_add(
			results, &claim, AUDIT_NOT_TRIED, "its id map is empty, or not to be read");
		return;
	}
	if (check_others(snapshot, results) + check_users(snapshot, results) > 0)
		return;
	if (snapshot->n_host_users == 0 || has_unread(snapshot))
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"the host's users, or the id map of another container, could not be read");
	else
		audit_add(results, &claim, AUDIT_HOLDS,
			"user 0 inside is %u outside; its ids are nobody else's", first->outside);
}
