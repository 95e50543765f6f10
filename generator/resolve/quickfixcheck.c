#include "resolve/quickfixcheck.h"

#include <inttypes.h>
#include <string.h>

#include "resolve/fail.h"

struct judging {
	const struct mdr_bundle *b;
	const struct quickfix_file *v;
	size_t n;
	size_t *which;
	struct mdr_error *err;
};

/* One of the system's checks: MDR_QF_OK, or its code. They stand in its order. */
typedef int check_fn(struct judging *j);

#define refuse_file(j, file, code, ...) (*(j)->which = (file), fail_set((j)->err, MDR_OK, __VA_ARGS__), (code))
#define refuse_all(j, code, ...)        refuse_file(j, (j)->n, code, __VA_ARGS__)

/* --- caller and paths --------------------------------------------------------------------------------------------------- */

static int check_call(struct judging *j)
{
	if (!j->n)
		return refuse_all(j, MDR_QF_PARAM, "a quick fix without a module");
	if (!j->b->system_caller)
		return refuse_all(j, MDR_QF_SYSTEM_API, "the caller is no system app");
	if (!j->b->permitted)
		return refuse_all(j, MDR_QF_PERMISSION, "the caller may not install quick fixes");
	return MDR_QF_OK;
}

static bool lies_in(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	while (n && folder[n - 1] == '/')
		n--;
	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static int check_paths(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++) {
		if (strstr(j->v[i].path, "../"))
			return refuse_file(j, i, MDR_QF_PATH, "%s: a path with ../", j->v[i].path);
		if (j->b->folder && !lies_in(j->v[i].path, j->b->folder))
			return refuse_file(j, i, MDR_QF_PATH, "%s: lies outside of %s", j->v[i].path, j->b->folder);
	}
	return MDR_QF_OK;
}

static int check_suffixes(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++) {
		struct slice path = slice_of(j->v[i].path);

		if (!slice_eq_nocase(slice_from(path, path.n < 4 ? 0 : path.n - 4), SLICE(".hqf")))
			return refuse_file(j, i, MDR_QF_PARAM, "%s: does not end in .hqf", j->v[i].path);
	}
	return MDR_QF_OK;
}

static int check_readable(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++) {
		if (j->v[i].unreadable)
			return refuse_file(j, i, MDR_QF_PROFILE, "%s: %s", j->v[i].path, j->v[i].unreadable);
	}
	return MDR_QF_OK;
}

/* --- between modules ---------------------------------------------------------------------------------------------------- */

static int check_bundles(struct judging *j)
{
	for (size_t i = 1; i < j->n; i++) {
		if (!slice_eq(j->v[i].bundle, j->v[0].bundle))
			return refuse_file(j, i, MDR_QF_BUNDLE_DIFFERS,
					   "%s: is for bundleName \"" SLICE_FMT "\", %s for \"" SLICE_FMT "\"",
					   j->v[i].path, SLICE_ARG(j->v[i].bundle), j->v[0].path,
					   SLICE_ARG(j->v[0].bundle));
	}
	return MDR_QF_OK;
}

static int check_versions(struct judging *j)
{
	for (size_t i = 1; i < j->n; i++) {
		if (j->v[i].version_code != j->v[0].version_code)
			return refuse_file(j, i, MDR_QF_VERSION_DIFFERS,
					   "%s: is for versionCode %" PRIu32 ", %s for %" PRIu32, j->v[i].path,
					   j->v[i].version_code, j->v[0].path, j->v[0].version_code);
	}
	return MDR_QF_OK;
}

static int check_patches(struct judging *j)
{
	for (size_t i = 1; i < j->n; i++) {
		if (j->v[i].patch_version_code != j->v[0].patch_version_code)
			return refuse_file(j, i, MDR_QF_PATCH_DIFFERS,
					   "%s: has patchVersionCode %" PRIu32 ", %s has %" PRIu32, j->v[i].path,
					   j->v[i].patch_version_code, j->v[0].path, j->v[0].patch_version_code);
	}
	return MDR_QF_OK;
}

static int check_types(struct judging *j)
{
	for (size_t i = 1; i < j->n; i++) {
		if (j->v[i].type != j->v[0].type)
			return refuse_file(j, i, MDR_QF_TYPE_DIFFERS, "%s: is of another type than %s", j->v[i].path,
					   j->v[0].path);
	}
	return MDR_QF_OK;
}

static int check_modules(struct judging *j)
{
	for (size_t i = 1; i < j->n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (slice_eq(j->v[i].module, j->v[k].module))
				return refuse_file(j, i, MDR_QF_MODULE_TWICE,
						   "%s: is the module \"" SLICE_FMT "\", like %s", j->v[i].path,
						   SLICE_ARG(j->v[i].module), j->v[k].path);
		}
	}
	return MDR_QF_OK;
}

static int check_type_known(struct judging *j)
{
	if (j->v[0].type == PATCH_UNKNOWN)
		return refuse_all(j, MDR_QF_TYPE_UNKNOWN, "its type is neither patch nor hotreload");
	return MDR_QF_OK;
}

/* --- earlier patches, the installed bundle ------------------------------------------------------------------------------ */

static int check_stage(struct judging *j)
{
	if (j->b->stage > MDR_PATCH_DEPLOY_END)
		return refuse_all(j, MDR_QF_STATE, "an earlier quick fix is being enabled, disabled or deleted");
	return MDR_QF_OK;
}

static int check_deploying(struct judging *j)
{
	uint32_t is = j->v[0].patch_version_code;

	if (j->b->stage == MDR_PATCH_NONE || !j->b->stage_type ||
	    patch_type_of(slice_of(j->b->stage_type)) != j->v[0].type)
		return MDR_QF_OK;
	if (is <= j->b->deployed || is <= j->b->deploying)
		return refuse_all(j, MDR_QF_PATCH_NOT_NEWER,
				  "patchVersionCode %" PRIu32 " is not above that which is deployed (%" PRIu32
				  ") or on its way (%" PRIu32 ")",
				  is, j->b->deployed, j->b->deploying);
	return MDR_QF_OK;
}

static int check_installed(struct judging *j)
{
	if (!j->b->name)
		return refuse_all(j, MDR_QF_NOT_INSTALLED, "bundle \"" SLICE_FMT "\" is not installed",
				  SLICE_ARG(j->v[0].bundle));
	return MDR_QF_OK;
}

static int check_contents(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++) {
		if (j->v[i].rawfile && !(j->b->debug && j->b->debug_profile))
			return refuse_file(j, i, MDR_QF_RAWFILE,
					   "%s: has files in resources/rawfile/, and the app is no debug build",
					   j->v[i].path);
	}
	if (j->b->replaces_uncompressed_libs)
		return refuse_all(j, MDR_QF_LIBS_UNCOMPRESSED,
				  "the app's native libraries are not compressed and cannot be replaced");
	return MDR_QF_OK;
}

/* Those that have libraries have them for one ABI. */
static int check_abis(struct judging *j)
{
	unsigned common = ~0u;

	for (size_t i = 0; i < j->n && j->v[0].type == PATCH_PATCH; i++) {
		common &= j->v[i].abis ? j->v[i].abis : ~0u;
		if (!common)
			return refuse_file(j, i, MDR_QF_SO_INCOMPATIBLE,
					   "%s: has native libraries for another ABI than the modules before it",
					   j->v[i].path);
	}
	return MDR_QF_OK;
}

/* --- signatures --------------------------------------------------------------------------------------------------------- */

static int check_signatures(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++) {
		if (j->v[i].fault)
			return refuse_file(j, i, j->v[i].fault, "%s: %s", j->v[i].path, j->v[i].fault_why);
	}
	return MDR_QF_OK;
}

static int check_signers(struct judging *j)
{
	for (size_t i = 1; i < j->n; i++) {
		const struct quickfix_file *a = &j->v[i], *b = &j->v[0];
		const char *what = !slice_eq(a->app_id, b->app_id)                   ? "bundle or certificate"
				   : !slice_eq(a->apl, b->apl)                       ? "apl"
				   : !slice_eq(a->distribution, b->distribution)     ? "distribution type"
				   : !slice_eq(a->profile_type, b->profile_type)     ? "type"
				   : !slice_eq(a->app_identifier, b->app_identifier) ? "app-identifier"
										     : NULL;

		if (what)
			return refuse_file(j, i, MDR_QF_SIGNERS_DIFFER,
					   "%s: its profile has another %s than that of %s", a->path, what, b->path);
	}
	return MDR_QF_OK;
}

/* --- compared with what is installed ------------------------------------------------------------------------------------ */

static int check_same_version(struct judging *j)
{
	const struct quickfix_file *f = &j->v[0];

	if (!slice_eqs(f->bundle, j->b->name))
		return refuse_all(j, MDR_QF_NOT_INSTALLED,
				  "it is for bundle \"" SLICE_FMT "\"; what is installed is \"%s\"",
				  SLICE_ARG(f->bundle), j->b->name);
	if (f->version_code != j->b->version_code)
		return refuse_all(j, MDR_QF_VERSION_DIFFERS,
				  "it is for versionCode %" PRIu32 "; what is installed is %" PRIu32, f->version_code,
				  j->b->version_code);
	if (j->b->deployed && f->patch_version_code <= j->b->deployed)
		return refuse_all(j, MDR_QF_PATCH_NOT_NEWER,
				  "patchVersionCode %" PRIu32 " is not above that which is deployed (%" PRIu32 ")",
				  f->patch_version_code, j->b->deployed);
	return MDR_QF_OK;
}

static int check_same_abi(struct judging *j)
{
	for (size_t i = 0; i < j->n && j->b->abi; i++) {
		if (j->v[i].abis && !(j->v[i].abis & quickfix_abi(slice_of(j->b->abi))))
			return refuse_file(j, i, MDR_QF_SO_INCOMPATIBLE,
					   "%s: has no native libraries for %s, which the app uses", j->v[i].path,
					   j->b->abi);
	}
	return MDR_QF_OK;
}

/* NULL: it is the same app. Where one side has no identifier, who signed decides. */
static const char *other_app(const struct mdr_bundle *b, const struct quickfix_file *f)
{
	if (b->apl && !slice_eqs(f->apl, b->apl))
		return "apl";
	if (b->app_identifier && *b->app_identifier && f->app_identifier.n) {
		if (!slice_eqs(f->app_identifier, b->app_identifier))
			return "app-identifier";
	} else if (b->app_id && !slice_eqs(f->app_id, b->app_id)) {
		return "appId";
	}
	return slice_eqs(f->profile_bundle, b->name) ? NULL : "bundle-name";
}

static int check_same_app(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++) {
		const char *what = other_app(j->b, &j->v[i]);

		if (what)
			return refuse_file(j, i, MDR_QF_APP_DIFFERS,
					   "%s: its profile has another %s than what is installed", j->v[i].path, what);
	}
	return MDR_QF_OK;
}

static int check_hotreload(struct judging *j)
{
	if (j->v[0].type == PATCH_HOTRELOAD && !j->b->debug)
		return refuse_all(j, MDR_QF_HOTRELOAD, "it is a hotreload, and the app no debug build");
	return MDR_QF_OK;
}

/* --- all ---------------------------------------------------------------------------------------------------------------- */

int quickfix_judge(const struct mdr_bundle *bundle, const struct quickfix_file *v, size_t n, size_t *which,
		   struct mdr_error *err)
{
	static check_fn *const checks[] = {
		check_call,      check_paths,    check_suffixes,  check_readable,   check_bundles, check_versions,
		check_patches,   check_types,    check_modules,   check_type_known, check_stage,   check_deploying,
		check_installed, check_contents, check_abis,      check_signatures, check_signers, check_same_version,
		check_same_abi,  check_same_app, check_hotreload,
	};
	struct judging j = { bundle, v, n, which, err };
	int code = MDR_QF_OK;

	*which = n;
	for (size_t i = 0; i < COUNT(checks) && !code; i++)
		code = checks[i](&j);
	return code;
}

static enum mdr_code read_files(struct quickfix_file *out, struct arena *a, const struct mdr_bundle *bundle,
				const struct mdr_hqf *files, size_t n, struct mdr_error *err)
{
	for (size_t i = 0; i < n; i++) {
		out[i].path = files[i].path;
		if (quickfix_file_read(&out[i], a, slice_bytes(files[i].bytes, files[i].n), bundle->anchors))
			return fail(err, MDR_MEMORY, "%s: memory ended, or it is beyond what can be looked at",
				    files[i].path);
	}
	return MDR_OK;
}

enum mdr_code mdr_quickfix_check(const struct mdr_bundle *bundle, const struct mdr_hqf *files, size_t n, int *code,
				 size_t *which, struct mdr_error *err)
{
	struct arena mem = ARENA_INIT;
	struct quickfix_file *v;
	enum mdr_code result;

	if (n > QUICKFIX_FILES_MAX)
		return fail(err, MDR_MEMORY, "a quick fix of %zu modules; at most %u are looked at", n,
			    QUICKFIX_FILES_MAX);
	mem.limit = QUICKFIX_KEEP_MAX;
	v = arena_try(&mem, n, sizeof(*v));
	result = v ? read_files(v, &mem, bundle, files, n, err) : fail_memory(err);
	if (!result)
		*code = quickfix_judge(bundle, v, n, which, err);
	arena_release(&mem);
	return result;
}
