// The program with its texts on the standard streams, which may be closed or full.

import HostFiles

extension BootTool {
  /// Runs one command and writes its texts to the standard streams.
  ///
  /// - Parameter arguments: The command line without the program's name.
  /// - Returns: The exit code of the command; 1 when standard output takes not all of its text.
  public static func run(arguments: [String]) -> Int32 {
    var failure: FileError?
    let status = run(
      arguments: arguments,
      output: { text in
        do throws(FileError) { try HostStream.output.write(text) } catch { failure = error }
      },
      errorOutput: report)
    guard let failure else { return status }
    report("boot-tool: standard output: \(failure.reason)\n")
    return 1
  }

  private static func report(_ text: String) {
    // When standard error fails too there is no one left to tell; the exit code stays.
    try? HostStream.error.write(text)
  }
}
