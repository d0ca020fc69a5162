#include "object.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

/* The beginning of an ELF file, the same for 32 and 64 bits. */
typedef struct {
    unsigned char identity[EI_NIDENT];
    uint16_t type, machine;
} elf_start;

static bool read_own_start(elf_start *start)
{
    const int descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool whole = read(descriptor, start, sizeof *start) == (ssize_t)sizeof *start;
    close(descriptor);
    return whole;
}

static const char *machine_name(const elf_start *start, char text[48])
{
    switch (start->machine) {
    case EM_386:
        return "x86 (32 bits)";
    case EM_X86_64:
        return "x86-64";
    case EM_AARCH64:
        return "ARM (64 bits)";
    case EM_PPC64:
        return "POWER";
    case EM_RISCV:
        return "RISC-V";
    default:
        snprintf(text, 48, "some kind (ELF machine %u)", start->machine);
        return text;
    }
}

/* Whether all that the loader would map is there; behind a file's end it would be killed. */
static bool is_whole(const unsigned char *data, size_t size)
{
    ElfW(Ehdr) head;
    if (size < sizeof head) return false;
    memcpy(&head, data, sizeof head);
    if (head.e_phentsize != sizeof(ElfW(Phdr)) || head.e_phnum == 0 || head.e_phoff > size ||
        head.e_phnum > (size - head.e_phoff) / sizeof(ElfW(Phdr)))
        return false;
    for (size_t i = 0; i < head.e_phnum; i++) {
        ElfW(Phdr) segment;
        memcpy(&segment, data + head.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type == PT_LOAD && (segment.p_offset > size || segment.p_filesz > size - segment.p_offset))
            return false;
    }
    return true;
}

ulam_status ulam_object_judge(const char *name, const void *data, size_t size, ulam_error *error)
{
    char text[48], own_text[48];
    elf_start start = {0}, own;
    if (size >= sizeof start) memcpy(&start, data, sizeof start);
    if (memcmp(start.identity, ELFMAG, SELFMAG) != 0)
        return ulam_fail(error, ULAM_EINVAL, "%s is no shared object (it is not in ELF format)", name);
    if (!read_own_start(&own)) return ULAM_OK;
    if (start.machine != own.machine || start.identity[EI_CLASS] != own.identity[EI_CLASS] ||
        start.identity[EI_DATA] != own.identity[EI_DATA])
        return ulam_fail(error, ULAM_EINVAL, "%s was compiled for machines of %s, and this one is of %s", name,
                         machine_name(&start, text), machine_name(&own, own_text));
    if (start.type != ET_DYN)
        return ulam_fail(error, ULAM_EINVAL, "%s is an object file or a program; link it with -shared", name);
    if (!is_whole(data, size)) return ulam_fail(error, ULAM_EINVAL, "%s is cut short or damaged", name);
    return ULAM_OK;
}

enum {
    MEMORY_PATH = 32
};

static void name_memory(const ulam_object *self, char path[MEMORY_PATH])
{
    snprintf(path, MEMORY_PATH, "/proc/self/fd/%d", self->memory);
}

/* Why dlopen() failed, without the path that it puts in front. */
static ulam_status fail_load(const char *name, const char *path, ulam_error *error)
{
    const char *reason = dlerror();
    const size_t length = strlen(path);
    if (!reason) reason = "unknown reason";
    if (strncmp(reason, path, length) == 0 && reason[length] == ':') reason += length + 1 + (reason[length + 1] == ' ');
    return ulam_fail(error, ULAM_EINVAL, "%s cannot be loaded: %s", name, reason);
}

/* The descriptor stays open: the loader knows a library again by its path, and another's may not take this one's number. */
static ulam_status load_copy(ulam_object *self, const char *name, const void *data, size_t size, ulam_error *error)
{
    char path[MEMORY_PATH];
    self->memory = ulam_file_in_memory("model", data, size);
    if (self->memory < 0)
        return ulam_fail(error, ULAM_ESYSTEM, "cannot copy %s into memory: %s", name, strerror(errno));
    name_memory(self, path);
    self->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return self->library ? ULAM_OK : fail_load(name, path, error);
}

ulam_status ulam_object_open(ulam_object *self, const char *name, const char *path, const void *data, size_t size,
                             const ulam_model **model, ulam_error *error)
{
    const ulam_model *(*model_of_file)(void) = NULL;
    *self = (ulam_object){.memory = -1};
    ulam_status status = ulam_object_judge(name, data, size, error);
    if (status) return status;
    if (*path) self->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!self->library) status = load_copy(self, name, data, size, error);
    if (status) return status;
    void *symbol = dlsym(self->library, "ulam_model_of_file");
    memcpy(&model_of_file, &symbol, sizeof symbol);
    if (!model_of_file)
        return ulam_fail(error, ULAM_EINVAL, "%s names no model: expected ULAM_MODEL(...) at its end", name);
    *model = model_of_file();
    if (!*model) return ulam_fail(error, ULAM_EINVAL, "%s gives no model", name);
    if ((*model)->interface != ULAM_MODEL_INTERFACE)
        return ulam_fail(error, ULAM_EINVAL,
                         "%s is for version %u of the interface of models, and this program has version %u; compile it "
                         "with this program's headers",
                         name, (unsigned)(*model)->interface, (unsigned)ULAM_MODEL_INTERFACE);
    return ULAM_OK;
}

/* A library that may not be unloaded, as some in C++, keeps its path and so its descriptor. */
void ulam_object_close(ulam_object *self)
{
    char path[MEMORY_PATH];
    void *still = NULL;
    if (self->library) dlclose(self->library);
    if (self->memory >= 0) {
        name_memory(self, path);
        still = self->library ? dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD) : NULL;
        if (still)
            dlclose(still);
        else
            close(self->memory);
    }
    *self = (ulam_object){.memory = -1};
}
