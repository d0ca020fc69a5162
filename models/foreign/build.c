#include "build.h"

#include <sys/utsname.h>

#include "cache.h"
#include "recipe.h"

/* Everything but the compiler: the source, what it includes, and how it is compiled for which kind of machine. */
static ulam_status write_recipe(const ulam_language *language, const char *headers, const ulam_file *source,
                                char hash[ULAM_HASH_SIZE], ulam_error *error)
{
    struct utsname machine;
    ulam_bytes recipe = {0};
    uname(&machine);
    ulam_status status = ulam_bytes_put_u64(&recipe, ULAM_MODEL_INTERFACE);
    if (!status) status = ulam_bytes_put_text(&recipe, machine.machine);
    if (!status) status = ulam_bytes_put_text(&recipe, language->standard);
    for (size_t i = 0; ulam_compiler_flags[i] && !status; i++)
        status = ulam_bytes_put_text(&recipe, ulam_compiler_flags[i]);
    if (!status) status = ulam_bytes_put_u64(&recipe, source->size);
    if (!status) status = ulam_bytes_put(&recipe, source->content, source->size);
    if (status) ulam_fail_memory(error, "compiling a model");
    if (!status) status = ulam_headers_put(headers, &recipe, error);
    if (!status) ulam_hash_hex(hash, recipe.data, recipe.size);
    ulam_bytes_free(&recipe);
    return status;
}

/* The rest of what it answers depends on the user's language. */
static size_t first_line(const ulam_bytes *version)
{
    size_t n = 0;
    while (n < version->size && version->data[n] != '\n') n++;
    return n;
}

static ulam_status hash_compiler(const ulam_compiler *compiler, char hash[ULAM_HASH_SIZE], ulam_error *error)
{
    ulam_bytes identity = {0};
    *hash = '\0';
    if (!compiler->path) return ULAM_OK;
    ulam_status status = ulam_bytes_put_text(&identity, compiler->path);
    for (char *const *word = compiler->words + 1; *word && !status; word++)
        status = ulam_bytes_put_text(&identity, *word);
    if (!status) status = ulam_bytes_put(&identity, compiler->version.data, first_line(&compiler->version));
    if (!status) ulam_hash_hex(hash, identity.data, identity.size);
    ulam_bytes_free(&identity);
    return status ? ulam_fail_memory(error, "compiling a model") : ULAM_OK;
}

static ulam_status fail_absent(const ulam_compiler *compiler, const ulam_language *language, const char *name,
                               ulam_error *error)
{
    return ulam_fail(
        error, ULAM_EINVAL,
        "%s cannot be compiled: there is no %s compiler '%s' here; name one in %s, or run 'ulam check' on a "
        "machine that has one and shares the cache folder (~/.cache/ulam)",
        name, language->name, compiler->words[0], language->variable);
}

static ulam_status compile(const ulam_compiler *compiler, const ulam_language *language, const char *headers,
                           const char *name, const ulam_file *source, const ulam_cache_key *key, ulam_bytes *object,
                           char path[PATH_MAX], ulam_error *error)
{
    bool kept;
    ulam_status status = ulam_cache_begin(path, &kept, error);
    if (status) return status;
    status = ulam_compile(compiler, language, headers, name, source, path, error);
    if (!status) return ulam_cache_end(key, path, kept, object, error);
    ulam_cache_abandon(path, kept);
    return status;
}

ulam_status ulam_build(const ulam_language *language, const char *name, const ulam_file *source, ulam_bytes *object,
                       char path[PATH_MAX], ulam_error *error)
{
    char headers[PATH_MAX];
    ulam_cache_key key;
    ulam_compiler compiler = {0};
    *path = '\0';
    ulam_status status = ulam_headers_find(headers, sizeof headers, error);
    if (!status) status = write_recipe(language, headers, source, key.recipe, error);
    if (!status) status = ulam_compiler_find(&compiler, language, error);
    if (!status) status = hash_compiler(&compiler, key.compiler, error);
    if (!status && !ulam_cache_get(&key, object, path)) {
        *path = '\0';
        status = compiler.path ? compile(&compiler, language, headers, name, source, &key, object, path, error)
                               : fail_absent(&compiler, language, name, error);
    }
    ulam_compiler_free(&compiler);
    return status;
}
