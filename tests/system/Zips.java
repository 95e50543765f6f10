import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Enumeration;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * What Java reads in a zip archive: a line for each file, as `archive list` prints it.
 *   java Zips.java file FILE       by the directory at the end, as phones do
 *   java Zips.java stream FILE     by the headers in front of the files
 */
public class Zips {
	static void print(ZipEntry entry, InputStream in) throws Exception {
		byte[] buffer = new byte[1 << 16];
		CRC32 crc = new CRC32();
		long size = 0;
		for (int n; (n = in.read(buffer)) > 0; size += n)
			crc.update(buffer, 0, n);
		if (entry.getSize() >= 0 && entry.getSize() != size)
			throw new Exception(entry.getName() + " is " + size + " bytes, and is said to be " + entry.getSize());
		System.out.printf("%s %d %08x %s%n", entry.getMethod() == ZipEntry.STORED ? "stored" : "deflated", size,
				crc.getValue(), entry.getName());
	}

	public static void main(String[] args) throws Exception {
		if (args[0].equals("stream")) {
			try (ZipInputStream in = new ZipInputStream(new FileInputStream(args[1]))) {
				for (ZipEntry entry; (entry = in.getNextEntry()) != null;)
					print(entry, in);
			}
			return;
		}
		try (ZipFile zip = new ZipFile(args[1])) {
			for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements();) {
				ZipEntry entry = all.nextElement();
				print(entry, zip.getInputStream(entry));
			}
		}
	}
}
