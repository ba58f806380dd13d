// TABLE
// The programs that the corpus tests build: one source, many ways to compile and link it.

import ELF
import Foundation
import Testing

/// One way to build a program, and how it must be classified.
struct Recipe: Sendable, CustomTestStringConvertible {
  var name: String
  var compile: [String] = ["-O1", "-fpie"]
  var link: [String] = ["-pie", "--no-dynamic-linker"]
  var script: String?
  var source: String = Recipe.plain
  var limits: ELFLimits = .program
  var refusal: ELFError?

  var testDescription: String { name }

  static let project = [
    "-pie", "--no-dynamic-linker", "-z", "max-page-size=4096", "-z",
    "separate-loadable-segments", "--gc-sections",
  ]

  /// Constants, data, zeroed data and pointers to all of them.
  static let plain = """
    extern int word; int word = 7; int zeros[5000]; int *const pointer = &word;
    const char *names[] = {"a", "bb"}; const int table[4] = {1, 2, 3, 4};
    __attribute__((noinline)) int f(int i) {
      return table[i & 3] + word + zeros[i] + *pointer + names[i & 1][0]; }
    int (*volatile code)(int) = f;
    void _start(void) { for (;;) code(3); }
    """
  static let withoutPointers = "int word; void _start(void) { for (;;) word++; }"
  static let aligned = """
    __attribute__((aligned(65536))) char block[65536] = {1}; char *volatile p = block;
    void _start(void) { for (;;) p[3]++; }
    """
  static let large =
    "volatile char zeros[1 << 27]; void _start(void) { for (;;) zeros[1 << 20]++; }"
  static let tooLarge = "volatile char zeros[1u << 29]; void _start(void) { for (;;) zeros[9]++; }"
  static let manyPointers = """
    extern int a[4096];
    #define P4(i) &a[i], &a[i + 1], &a[i + 2], &a[i + 3],
    #define P16(i) P4(i) P4(i + 4) P4(i + 8) P4(i + 12)
    #define P64(i) P16(i) P16(i + 16) P16(i + 32) P16(i + 48)
    #define P256(i) P64(i) P64(i + 64) P64(i + 128) P64(i + 192)
    int a[4096]; int *all[] = {P256(0) P256(256) P256(512) P256(768)};
    void _start(void) { for (int i = 0;; i = (i + 1) & 1023) ++*all[i]; }
    """
  static let threadLocal = """
    _Thread_local volatile int t = 3; void _start(void) { for (;;) t++; }
    """
  static let constructor = """
    volatile int word; __attribute__((constructor)) void before(void) { word = 1; }
    void _start(void) { for (;;) word++; }
    """
  static let indirect = """
    int seed; static int a(void) { return 1; } static int b(void) { return 2; }
    static void *choose(void) { return seed ? (void *)a : (void *)b; }
    int chosen(void) __attribute__((ifunc("choose")));
    int (*volatile p)(void) = chosen;
    void _start(void) { for (;;) p(); }
    """
  static let textRelocation = """
    void f(void) {} asm(".text\\n.balign 8\\nplace: .quad f\\n.globl place");
    extern char place[]; void _start(void) { for (;;) place; }
    """

  static let kernelScript = """
    ENTRY(_start)
    SECTIONS { . = 0xffffffff80000000;
      .text : ALIGN(4096) { *(.text .text.*) }
      .rodata : ALIGN(4096) { *(.rodata .rodata.*) }
      .data : ALIGN(4096) { *(.data .data.* .got .got.*) }
      .bss : { *(.bss .bss.* COMMON) }
      /DISCARD/ : { *(.comment) *(.eh_frame*) *(.note*) } }
    """
  static let loaderScript = """
    ENTRY(_start)
    SECTIONS { . = 0x1000;
      .text : ALIGN(4096) { *(.text .text.*) }
      .rodata : ALIGN(4096) { *(.rodata .rodata.*) }
      .rela.dyn : { *(.rela .rela.*) }
      .data : ALIGN(4096) { *(.data .data.* .got .got.*) }
      .dynamic : { *(.dynamic) }
      .bss : { *(.bss .bss.* COMMON) } }
    """
  static let crampedScript = """
    ENTRY(_start)
    PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
    SECTIONS { . = 0x400000 + SIZEOF_HEADERS;
      .text : { *(.text .text.*) } :text
      .rodata : { *(.rodata .rodata.*) } :text
      .data : { *(.data .data.*) } :data
      .bss : { *(.bss .bss.*) } :data }
    """

  /// A script with `count` segments of constants beside the code.
  static func segmentsScript(_ count: Int) -> String {
    let headers = (0..<count).map { "s\($0) PT_LOAD FLAGS(4);" }.joined(separator: " ")
    let sections = (0..<count).map { ".s\($0) : ALIGN(4096) { LONG(\($0)) } :s\($0)" }
    return """
      ENTRY(_start)
      PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); \(headers) }
      SECTIONS { . = 0x400000;
        .text : ALIGN(4096) { *(.text .text.* .rodata .rodata.*) } :text
        .data : ALIGN(4096) { *(.data .data.* .bss .bss.*) } :data
        \(sections.joined(separator: "\n  ")) }
      """
  }

  static let fixed = ["-static"]
  static let kernel = ["-static", "-z", "max-page-size=4096"]
  static let fixedCode = ["-O1", "-fno-pie"]

  static let all: [Recipe] =
    ["-O0", "-O1", "-O2", "-O3", "-Os", "-Oz"].map {
      Recipe(name: "project flags \($0)", compile: [$0, "-fpie"], link: project)
    } + [
      Recipe(name: "defaults"),
      Recipe(name: "separate code", link: project + ["-z", "separate-code"]),
      Recipe(name: "no separate code", link: ["-pie", "-z", "noseparate-code"]),
      Recipe(name: "no relro", link: project + ["-z", "norelro"]),
      Recipe(name: "bind now", link: project + ["-z", "now"]),
      Recipe(name: "no rosegment", link: ["-pie", "--no-dynamic-linker", "--no-rosegment"]),
      Recipe(name: "debug information", compile: ["-O1", "-g", "-fpie"], link: project),
      Recipe(name: "function sections", compile: ["-O2", "-ffunction-sections", "-fpie"]),
      Recipe(name: "no pointers", link: project, source: withoutPointers),
      Recipe(name: "many pointers", link: project, source: manyPointers),
      Recipe(name: "large alignment", link: project, source: aligned),
      Recipe(
        name: "2 MiB pages", link: ["-pie", "--no-dynamic-linker", "-z", "max-page-size=2097152"]),
      Recipe(
        name: "4 MiB pages", link: ["-pie", "--no-dynamic-linker", "-z", "max-page-size=4194304"],
        refusal: .segmentAlignment(0x40_0000, limit: 0x20_0000)),
      Recipe(name: "64 KiB pages", link: ["-pie", "-z", "max-page-size=65536"]),
      Recipe(name: "128 MiB of zeros", link: project, source: large),
      Recipe(
        name: "512 MiB of zeros", link: project, source: tooLarge,
        refusal: .imageTooLarge(size: 0x2000_3000, limit: 0x1000_0000)),
      Recipe(name: "image base", link: project + ["--image-base=0x10000"]),
      Recipe(name: "loader script", link: project + ["-z", "norelro"], script: loaderScript),
      Recipe(name: "fixed", compile: fixedCode, link: fixed),
      Recipe(name: "fixed from position-independent code", link: fixed),
      Recipe(
        name: "fixed elsewhere", compile: fixedCode, link: fixed + ["--image-base=0x10000000"]),
      Recipe(
        name: "kernel", compile: ["-O2", "-fno-pic", "-mcmodel=kernel"],
        link: kernel + ["-z", "norelro"], script: kernelScript, limits: .kernel),
      Recipe(
        name: "kernel with constants inside its data",
        compile: ["-O2", "-fno-pic", "-mcmodel=kernel"],
        link: kernel, script: kernelScript, limits: .kernel,
        refusal: .sharedPage(0xFFFF_FFFF_8000_2000)),
      Recipe(
        name: "kernel as a program", compile: ["-O2", "-fno-pic", "-mcmodel=kernel"],
        link: kernel + ["-z", "norelro"], script: kernelScript,
        refusal: .outsideWindow(address: 0xFFFF_FFFF_8000_0000, size: 0x7000)),
      Recipe(
        name: "sixteen segments", compile: fixedCode, link: fixed, script: segmentsScript(14)),
      Recipe(
        name: "seventeen segments", compile: fixedCode, link: fixed, script: segmentsScript(15),
        refusal: .tooManySegments(limit: 16)),
      Recipe(
        name: "shared pages", compile: fixedCode, link: fixed, script: crampedScript,
        refusal: .sharedPage(0x40_0000)),
      Recipe(
        name: "nmagic", compile: fixedCode, link: fixed + ["-n"],
        refusal: .segmentAlignment(0x10, limit: 0x20_0000)),
      Recipe(
        name: "omagic", compile: fixedCode, link: fixed + ["-N"],
        refusal: .writableAndExecutable(address: 0x20_00B0)),
      Recipe(
        name: "executable stack", link: project + ["-z", "execstack"],
        refusal: .executableStack(flags: 7)),
      Recipe(
        name: "packed relocations", link: project + ["--pack-dyn-relocs=relr"],
        refusal: .relocationTableKind(tag: 36)),
      Recipe(
        name: "relocated code", link: project + ["-z", "notext"], source: textRelocation,
        refusal: .textRelocations(tag: 30)),
      Recipe(
        name: "thread-local", link: project, source: threadLocal,
        refusal: .threadLocalStorage(size: 4)),
      Recipe(
        name: "constructor", link: project, source: constructor, refusal: .initialiser(tag: 25)),
      Recipe(
        name: "indirect function", link: project, source: indirect, refusal: .relocationType(37)),
      Recipe(
        name: "shared library without an entry", compile: ["-O1", "-fPIC"],
        link: ["-shared", "-e", "0"], refusal: .entryNotExecutable(0)),
      Recipe(
        name: "shared library", compile: ["-O1", "-fPIC"], link: ["-shared"],
        refusal: .notExecutable(flags: 0)),
      Recipe(
        name: "symbolic library", compile: ["-O1", "-fPIC"],
        link: ["-shared", "-Bsymbolic"],
        refusal: .dynamicFlags(tag: 30, value: 2)),
    ]
}
