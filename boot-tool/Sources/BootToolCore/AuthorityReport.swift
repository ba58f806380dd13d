// inspect --authority: the declared authority of one image as a picture, of two as a list of
// differences. A source text of a boot configuration serves as well as an image.

import BootImg
import Bytes
import ImageDescription

/// What an image, or a source text, declares.
enum AuthorityReport {
  /// The picture.
  ///
  /// - Throws: `ToolError` for a file that cannot be read or is neither.
  static func picture(of path: String) throws(ToolError) -> String {
    AuthorityPicture(try graph(of: path)).svg
  }

  /// What the second file declares and the first does not, and the other way round.
  static func differences(_ old: String, _ new: String) throws(ToolError) -> String {
    try graph(of: old).differences(to: try graph(of: new))
  }

  private static func graph(of path: String) throws(ToolError) -> AuthorityGraph {
    let contents = try ToolFiles.read(path)
    guard path.hasSuffix(".json") else {
      let report = try ImageReport(contents, path: path)
      return try described(path) { () throws(DescriptionError) in
        try AuthorityGraph(report.bootConfig)
      }
    }
    return try described(path) { () throws(DescriptionError) in
      try AuthorityGraph(try compileBootConfig(contents))
    }
  }

  private static func described(
    _ path: String, _ body: () throws(DescriptionError) -> AuthorityGraph
  ) throws(ToolError) -> AuthorityGraph {
    do throws(DescriptionError) { return try body() } catch { throw ToolError(path, error) }
  }
}
