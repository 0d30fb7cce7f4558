/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/template.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char document[] =
	"{\"Name\":\"web\",\"Pid\":42,\"Negative\":-7,\"On\":true,\"Off\":false,\"Empty\":\"\","
	"\"Nothing\":null,\"Tags\":[\"a\",\"b\",\"c\"],\"None\":[],\"Rate\":1.5,"
	"\"State\":{\"Status\":\"up\",\"Codes\":[0,7]},\"Labels\":{\"x.y\":\"1\",\"z\":\"2\"},"
	"\"Mounts\":[{\"Source\":\"/a\",\"RW\":true},{\"Source\":\"/b\",\"RW\":false}]}";

static int render(struct arena *arena, const char *text, const char **ret, struct err *err)
{
	const struct json_value *value;
	int r = json_parse(arena, document, strlen(document), &value, err);

	return r < 0 ? r : template_render(arena, text, value, ret, err);
}

struct template_case {
	const char *text, *expected;
};

static void assert_rendered(const struct template_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;
		const char *text;

		if (render(&arena, cases[i].text, &text, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_string_equal(text, cases[i].expected);
	}
}

static void fields_are_found_by_their_paths(void **state)
{
	static const struct template_case cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "{{.Name}}", "web" },
		{ "<{{ .State.Status }}>", "<up>" },
		{ "{{.Pid}} {{.Negative}} {{.Rate}}", "42 -7 1.5" },
		{ "{{.On}}{{.Off}}", "truefalse" },
		{ "{{.Tags}} {{.None}} {{.Labels}}", "[a b c] [] map[x.y:1 z:2]" },
		{ "{{.Nothing}}", "<no value>" },
		{ "{{$.State.Status}}", "up" },
		{ "{{\"a}}b\"}}", "a}}b" },
		{ "{{/* nothing */}}", "" },
		{ "a {{- .Name -}} b", "aweb"
				       "b" },
	};

	assert_rendered(cases, COUNT_OF(cases));
}

static void functions_take_arguments_and_pipes(void **state)
{
	static const struct template_case cases[] = {
		{ "{{json .Tags}}", "[\"a\",\"b\",\"c\"]" },
		{ "{{.State | json}}", "{\"Status\":\"up\",\"Codes\":[0,7]}" },
		{ "{{join .Tags \", \"}}", "a, b, c" },
		{ "{{len .Tags}} {{len .Name}} {{len .None}}", "3 3 0" },
		{ "{{index .Tags 1}} {{index .Labels \"x.y\"}}", "b 1" },
		{ "{{index .Mounts 1 \"Source\"}}", "/b" },
		{ "{{(index .Mounts 0).Source}}", "/a" },
		{ "{{upper .Name}} {{.Name | upper | lower | title}}", "WEB Web" },
		{ "{{println .Name 1}}", "web 1\n" },
		{ "{{eq .Pid 42}} {{ne .Name `web`}} {{lt .Negative .Pid}} {{gt 1 2}}",
			"true false true false" },
		{ "{{and .On .Name}} {{or .Empty .Name}} {{not .None}}", "web web true" },
		{ "{{split \"a,b\" \",\"}}", "[a b]" },
		{ "{{len (split \"a:b:c\" \":\")}}", "3" },
	};

	assert_rendered(cases, COUNT_OF(cases));
}

static void blocks_repeat_and_choose(void **state)
{
	static const struct template_case cases[] = {
		{ "{{range .Tags}}<{{.}}>{{end}}", "<a><b><c>" },
		{ "{{range $i, $x := .Tags}}{{$i}}={{$x}} {{end}}", "0=a 1=b 2=c " },
		{ "{{range $k, $v := .Labels}}{{$k}}:{{$v}};{{end}}", "x.y:1;z:2;" },
		{ "{{range .None}}x{{else}}none{{end}}", "none" },
		{ "{{range .Nothing}}x{{else}}none{{end}}", "none" },
		{ "{{range .Tags}}x{{else}}none{{end}}", "xxx" },
		{ "{{if .On}}yes{{else}}no{{end}}", "yes" },
		{ "{{if .Off}}yes{{else if .Empty}}maybe{{else}}no{{end}}", "no" },
		{ "{{if .Off}}yes{{else if .On}}maybe{{else}}no{{end}}", "maybe" },
		{ "{{if .On}}{{if .Off}}a{{else}}b{{end}}{{else}}c{{end}}d", "bd" },
		{ "{{if .Off}}{{range .Tags}}{{.}}{{else}}{{end}}{{end}}d", "d" },
		{ "{{with .State}}{{.Status}} {{$.Name}}{{end}}", "up web" },
		{ "{{range .Mounts}}{{if .RW}}{{.Source}}{{end}}{{end}}", "/a" },
		{ "{{range .Tags}}{{range $.State.Codes}}{{.}}{{end}} {{end}}", "07 07 07 " },
	};

	assert_rendered(cases, COUNT_OF(cases));
}

static void mistakes_are_told(void **state)
{
	static const struct template_case cases[] = {
		{ "{{.Nome}}", "there is no field \".Nome\"" },
		{ "{{.Name.x}}", "has no fields" },
		{ "{{.Name", "{{ without its }}" },
		{ "{{}}", "a command is missing" },
		{ "{{nothing .Name}}", "there is no function" },
		{ "{{json}}", "wrong number of arguments" },
		{ "{{.Name .Pid}}", "takes no arguments" },
		{ "{{if .On}}x", "without its {{end}}" },
		{ "{{range .Tags}}x", "without its {{end}}" },
		{ "{{range .Name}}x{{end}}", "no list and no map" },
		{ "x{{end}}", "without its beginning" },
		{ "{{else}}", "without its beginning" },
		{ "{{\"abc}}", "{{ without its }}" },
		{ "{{(.Name}}", "a bracket without its end" },
		{ "{{index .Tags 3}}", "out of the list" },
		{ "{{$x}}", "no variable" },
		{ "{{.Name | }}", "a command is missing" },
		{ "{{!}}", "not understood" },
		{ "{{((((((((((((((((((.Name))))))))))))))))))}}", "too deeply" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;
		const char *text;

		if (render(&arena, cases[i].text, &text, &err) != -EINVAL)
			fail_msg("%s was rendered", cases[i].text);
		if (!strstr(err.text, cases[i].expected))
			fail_msg("%s: %s", cases[i].text, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_their_paths),
		cmocka_unit_test(functions_take_arguments_and_pipes),
		cmocka_unit_test(blocks_repeat_and_choose),
		cmocka_unit_test(mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
