// build: contents, determinism, each wrong input, and that failures leave nothing behind.

import Foundation
import Testing

struct BuildCommandTests {
  @Test func `a built image has its sections in canonical order`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let report = Outcome(["inspect", image])
    let names = report.output.split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ")
      return words.count == 7 && Int(words[0]) != nil ? "\(words[1])/\(words[3])" : nil
    }
    #expect(
      names == [
        "kernel/kernel", "root-task/root-task", "service/memd", "service/vspaced",
        "driver/drv-serial", "boot-config/boot-config", "blob/console-font",
      ])
  }

  @Test func `two builds in two folders are identical`() throws {
    let first = try TestFolder()
    let second = try TestFolder()
    _ = try first.buildSigned()
    _ = try second.buildSigned()
    #expect(try first.read("boot.img") == second.read("boot.img"))
  }

  @Test func `the order of options does not matter`() throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions()
    let swapped =
      Array(options[0...8]) + options[11...12] + options[9...10] + options[13...]
    #expect(Outcome(options + ["-o", folder.file("a")]).status == 0)
    #expect(Outcome(swapped + ["-o", folder.file("b")]).status == 0)
    #expect(try folder.read("a") == folder.read("b"))
  }

  @Test func `without a key the image is not signed`() throws {
    let folder = try TestFolder()
    let image = folder.file("boot.img")
    #expect(Outcome(try folder.buildOptions() + ["-o", image]).status == 0)
    #expect(Outcome(["inspect", image]).output.contains("not signed"))
    let verify = Outcome(["verify", image, "--key", DevelopmentKeys.publicPath])
    #expect(verify.status == 1)
    #expect(verify.errors == "boot-tool: \(image): at 64: the image is not signed\n")
  }

  @Test func `a build id can be chosen`() throws {
    let folder = try TestFolder()
    let image = folder.file("boot.img")
    let id = String(repeating: "0a", count: 32)
    #expect(Outcome(try folder.buildOptions() + ["--build-id", id, "-o", image]).status == 0)
    #expect(Outcome(["inspect", image]).output.contains("build id       \(id)\n"))
  }

  @Test func `a bad build id is refused`() throws {
    let folder = try TestFolder()
    let outcome = Outcome(
      try folder.buildOptions() + ["--build-id", "0A", "-o", folder.file("x")])
    #expect(outcome.status == 2)
  }

  @Test(arguments: [
    ("--profile", "the profile is missing"), ("--image-version", "the image version is missing"),
    ("--kernel", "the kernel is missing"), ("--boot-config", "the boot configuration is missing"),
    ("-o", "option -o is missing"),
  ])
  func `a missing part is a usage error`(option: String, reason: String) throws {
    let folder = try TestFolder()
    var options = try folder.buildOptions() + ["-o", folder.file("boot.img")]
    let index = try #require(options.firstIndex(of: option))
    options.removeSubrange(index...(index + 1))
    let outcome = Outcome(options)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors == "boot-tool: build: \(reason); see boot-tool build --help\n")
  }

  @Test(arguments: [
    (["--profile", "debug"], "'debug' is not a profile"),
    (["--image-version", "-1"], "option --image-version: '-1' is not a number"),
    (
      ["--image-version", "18446744073709551616"],
      "option --image-version: '18446744073709551616' is not a number"
    ),
    (["--service", "memd"], "option --service: 'memd' is not NAME=FILE"),
    (["--service", "memd="], "option --service: 'memd=' is not NAME=FILE"),
    (["--service", "unknown=x"], "option --service: there is no service 'unknown'"),
    (["--service", "drv-serial=x"], "option --service: there is no service 'drv-serial'"),
    (["--driver", "memd=x"], "option --driver: there is no driver 'memd'"),
    (["--blob", "Font=x"], "option --blob: 'Font' is not a section name"),
    (["--blob", "=x"], "option --blob: '' is not a section name"),
  ])
  func `a bad value is a usage error`(arguments: [String], reason: String) throws {
    let folder = try TestFolder()
    let outcome = Outcome(["build"] + arguments + ["-o", folder.file("boot.img")])
    #expect(
      outcome
        == Outcome(
          status: 2, errors: "boot-tool: build: \(reason); see boot-tool build --help\n"))
    #expect(try folder.names() == [])
  }

  @Test func `a missing input file is named`() throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions()
    let missing = folder.file("memd.elf")
    try FileManager.default.removeItem(atPath: missing)
    let outcome = Outcome(options + ["-o", folder.file("boot.img")])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors == "boot-tool: \(missing): cannot open: No such file or directory\n")
  }

  @Test func `an empty input file is named`() throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions()
    let empty = try folder.write("memd.elf", "")
    let outcome = Outcome(options + ["-o", folder.file("boot.img")])
    #expect(outcome == Outcome(status: 1, errors: "boot-tool: \(empty): the file is empty\n"))
  }

  @Test func `a duplicate service is refused`() throws {
    let folder = try TestFolder()
    let image = folder.file("boot.img")
    let outcome = Outcome(
      try folder.buildOptions() + ["--service", "memd=\(folder.file("memd.elf"))", "-o", image])
    #expect(
      outcome
        == Outcome(
          status: 1,
          errors: "boot-tool: \(image): at 416: section 3 is a duplicate in family service\n"))
  }

  @Test func `image version 0 is refused`() throws {
    let folder = try TestFolder()
    var options = try folder.buildOptions()
    options[4] = "0"
    let outcome = Outcome(options + ["-o", folder.file("boot.img")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix("the image version is 0\n"))
  }

  @Test func `failures keep the old image and leave no other file`() throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions()
    let image = try folder.write("boot.img", "old")
    try folder.write("bad.key", "no key")
    let before = try folder.names()
    let outcome = Outcome(options + ["--key", folder.file("bad.key"), "-o", image])
    #expect(outcome.status == 1)
    #expect(try folder.read("boot.img") == Array("old".utf8))
    #expect(try folder.names() == before)
  }

  @Test func `success leaves no temporary file`() throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions()
    let before = try folder.names()
    #expect(Outcome(options + ["-o", folder.file("boot.img")]).status == 0)
    #expect(try folder.names() == (before + ["boot.img"]).sorted())
  }

  @Test func `a folder that is not there is named`() throws {
    let folder = try TestFolder()
    let image = folder.file("absent/boot.img")
    let outcome = Outcome(try folder.buildOptions() + ["-o", image])
    #expect(
      outcome
        == Outcome(
          status: 1, errors: "boot-tool: \(image): cannot create: No such file or directory\n"))
  }

  @Test func `an output that is a folder is refused and leaves nothing behind`() throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions()
    let target = folder.file("taken")
    try FileManager.default.createDirectory(
      atPath: target, withIntermediateDirectories: false)
    let before = try folder.names()
    let outcome = Outcome(options + ["-o", target])
    #expect(
      outcome
        == Outcome(
          status: 1, errors: "boot-tool: \(target): cannot replace: not a regular file\n"))
    #expect(try folder.names() == before)
  }
}
