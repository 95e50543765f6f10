#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secrecy.h"

/* In a child: it cannot be undone. */
static void test_guard(void **state)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit core = { 1, 1 };

		secrecy_guard();
		getrlimit(RLIMIT_CORE, &core);
		_exit(core.rlim_cur == 0 && core.rlim_max == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* What is freed cannot be looked at: that much is for ASan and valgrind to say. */
static void test_release(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	secret_free(NULL);
	secret_free(strdup("secret"));
	strbuf_wipe(&sb);
	strbuf_adds(&sb, "secret");
	strbuf_wipe(&sb);
	assert_null(sb.p);
	assert_int_equal(sb.n + sb.cap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests_name("secrecy", tests, NULL, NULL);
}
