// What inspect prints, as a table or as JSON. All texts in it come from small alphabets, so JSON
// needs no escapes. Nothing is verified: the boot configuration may be another than the signed one.

import BootImg
import Bytes
import ImageDescription

/// An image's structure, taken out of its bytes.
struct ImageReport {
  let totalSize: Int
  let manifest: BootImageManifest
  /// The key id; `nil` for an unsigned image.
  let keyID: FixedBytes<32>?
  let sections: [SectionEntry]
  /// The payload of the boot configuration, a section that every image has.
  let bootConfig: [UInt8]

  /// Parses an image.
  init(_ image: [UInt8], path: String) throws(ToolError) {
    do throws(BootImageError) {
      let view = try UnverifiedBootImage(parsing: image.span.rawBytes)
      totalSize = view.totalSize
      manifest = view.manifest
      keyID = view.isSigned ? view.keyID : nil
      sections = (0..<view.sectionCount).compactMap { view.entry(at: $0) }
    } catch {
      throw ToolError(path, error, layout: BootImageLayout(of: image))
    }
    // Sections of a valid structure lie inside the file.
    let config = sections.first { $0.family == .bootConfig }
    bootConfig = config.map { Array(image[$0.offset..<($0.offset + $0.size)]) } ?? []
  }

  /// The report for people.
  var table: String {
    let rows =
      [["#", "family", "role", "name", "offset", "size", "sha-256"]]
      + sections.enumerated().map { index, entry in
        [
          "\(index)", entry.family.text,
          entry.role == 0 ? "-" : "0x\(String(entry.role, radix: 16))",
          entry.name.text, "\(entry.offset)", "\(entry.size)", Hexadecimal.text(entry.hash),
        ]
      }
    return """
      boot image     version 1.0, \(totalSize) bytes, \(sections.count) sections
      profile        \(manifest.profile.text)
      image version  \(manifest.imageVersion)
      build id       \(Hexadecimal.text(manifest.buildID))
      key id         \(keyID.map { Hexadecimal.text($0) } ?? "not signed")

      \(rows.aligned())
      \(BootConfigReport(bootConfig).table)
      """
  }

  /// The report for programs: one object on several lines, fields in fixed order.
  var json: String {
    let lines = sections.map { entry in
      """
          {"family": "\(entry.family.text)", "role": \(entry.role), "name": "\(entry.name.text)", \
      "offset": \(entry.offset), "size": \(entry.size), "sha256": "\(Hexadecimal.text(entry.hash))"}
      """
    }
    return """
      {
        "version": "1.0",
        "totalSize": \(totalSize),
        "profile": "\(manifest.profile.text)",
        "imageVersion": \(manifest.imageVersion),
        "buildID": "\(Hexadecimal.text(manifest.buildID))",
        "keyID": \(keyID.map { "\"\(Hexadecimal.text($0))\"" } ?? "null"),
        "sections": [
      \(lines.joined(separator: ",\n"))
        ],
      \(BootConfigReport(bootConfig).jsonMembers)
      }

      """
  }
}
