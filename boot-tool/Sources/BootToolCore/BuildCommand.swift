// boot-tool build: makes an image, signed when a key is given.

import BootImg
import Bytes
import ImageDescription

/// Making images.
enum BuildCommand {
  static let command = Command(
    name: "build",
    summary: "Makes a boot image from its parts and signs it when a key is given.",
    operands: [],
    options: BuildInput.options + [
      OptionSpecification(
        "--description", "FILE", .optional, "JSON file with the same fields; options win"),
      OptionSpecification(
        "--build-id", "HEX", .optional, "64 digits (default: the hash of the section table)"),
      OptionSpecification("-o", "FILE", .required, "the image to write"),
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let output = try arguments.required("-o")
    let input = try collect(arguments)
    var image = try assemble(input, imagePath: output)
    if let keyPath = input.keyPath {
      try ToolFiles.sign(&image, imagePath: output, keyPath: keyPath)
    }
    // The output is touched last: an old image stays as it is whatever was refused before.
    try ToolFiles.write(output, image)
    return ""
  }

  /// The description file, if there is one, overridden by the options.
  private static func collect(_ arguments: Arguments) throws(ToolError) -> BuildInput {
    let path = arguments.value("--description")
    var input = try path.map(BuildInput.init(descriptionAt:)) ?? BuildInput()
    try input.merge(arguments)
    guard let text = arguments.value("--build-id") else { return input }
    input.buildID = try? Hexadecimal.parse(Array(text.utf8)[...])
    guard input.buildID != nil else {
      throw .usage("option --build-id: not 64 lower-case hexadecimal digits")
    }
    return input
  }

  /// The unsigned image; errors of the image as a whole are reported under `imagePath`.
  private static func assemble(
    _ input: BuildInput, imagePath: String
  ) throws(ToolError) -> [UInt8] {
    // Only here is it known that neither the options nor the description gave a part.
    guard let profile = input.profile else { throw .usage("the profile is missing") }
    guard let version = input.imageVersion else { throw .usage("the image version is missing") }
    guard input.has(.kernel) else { throw .usage("the kernel is missing") }
    guard input.has(.bootConfig) else { throw .usage("the boot configuration is missing") }
    let sections = input.orderedSections
    var payloads: [[UInt8]] = []
    for section in sections {
      payloads.append(try PayloadFile.read(section, for: profile))
    }
    do throws(BootImageError) {
      return try encode(sections, payloads, profile, version, input.buildID)
    } catch {
      throw ToolError(imagePath, error)
    }
  }

  private static func encode(
    _ sections: [BuildInput.Section], _ payloads: [[UInt8]], _ profile: BootProfile,
    _ version: UInt64, _ buildID: FixedBytes<32>?
  ) throws(BootImageError) -> [UInt8] {
    // Named, since the compiler crashes on the span of an array without a name.
    let payloadSizes = payloads.map(\.count)
    let size = try BootImageLayout.totalSize(payloadSizes: payloadSizes.span)
    var image = [UInt8](repeating: 0, count: size)
    var span = image.mutableSpan
    var encoder = try BootImageEncoder(span.mutableRawBytes, sectionCount: sections.count)
    for (section, payload) in zip(sections, payloads) {
      try encoder.append(
        section.family, role: section.role, name: section.name, payload: payload.span.rawBytes)
    }
    try encoder.finish(profile: profile, imageVersion: version, buildID: buildID)
    return image
  }
}
