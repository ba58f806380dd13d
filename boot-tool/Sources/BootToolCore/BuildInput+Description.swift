// The build's input in a JSON file, docs/reference/boot-tool.md, "Description file". Read with the
// strict reader of ImageDescription: a general one would let keys that come twice pass.

import BootImg
import Bytes
import ImageDescription

extension BuildInput {
  /// Far above any description; keeps a wrong path from being read whole.
  private static let maximumDescriptionSize = 1 << 20

  /// Reads a description file; the paths in it are relative to its folder.
  init(descriptionAt path: String) throws(ToolError) {
    let text = try ToolFiles.read(path, limit: Self.maximumDescriptionSize)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    do throws(DescriptionError) { try self.init(Field(parsing: text), folder: folder) } catch {
      throw ToolError(path, error)
    }
  }

  private init(_ description: Field, folder: String) throws(DescriptionError) {
    self.init()
    var fields = try Fields(description)
    profile = try fields.optional("profile")?.named()
    imageVersion = try fields.optional("imageVersion")?.number()
    buildID = try fields.optional("buildID")?.fixedBytes()
    keyPath = try fields.optional("key")?.path(in: folder)
    for part in Self.singleParts {
      guard let field = fields.optional(part.key) else { continue }
      try add(part.family, name: part.name, from: field, folder: folder)
    }
    for part in Self.listedParts {
      for (name, field) in try fields.optional(part.key)?.members() ?? [] {
        try add(part.family, name: name, from: field, folder: folder)
      }
    }
    try fields.finish()
  }

  /// Adds the section whose path a field gives.
  private mutating func add(
    _ family: SectionFamily, name: String, from field: Field, folder: String
  ) throws(DescriptionError) {
    let path = try field.path(in: folder)
    do throws(Problem) { try add(family, name: name, path: path) } catch {
      switch error {
      case .badName: throw field.refused(.badKey(expected: "a section name"))
      case .unknownRole: throw field.refused(.badKey(expected: "the name of a \(family.text)"))
      }
    }
  }
}

extension Field {
  /// A path: as it is when it begins with a slash, else relative to `folder`.
  fileprivate func path(in folder: String) throws(DescriptionError) -> String {
    let path = try string()
    return path.hasPrefix("/") ? path : folder + path
  }
}
