package fathom.vision;

import fathom.FathomException;
import fathom.data.Table;
import fathom.files.Excerpt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the classes of image files from a CSV file. */
final class CsvLabels {
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,9}");

    private CsvLabels() {}

    static ImageFolder.Labelled read(Path folder, Path csv, ImageFolder.Options o) {
        Table table = Table.readCsv(csv, c -> c.allText().missing(""));
        List<String> columns = table.columns();
        if (columns.size() < 2 && (o.fileColumn == null || o.labelColumn == null)) {
            throw new FathomException("%s: expected a column of file names and one of classes".formatted(csv));
        }
        List<String> names = table.texts(o.fileColumn == null ? columns.getFirst() : o.fileColumn);
        String column = o.labelColumn == null ? columns.get(1) : o.labelColumn;
        List<String> values = table.texts(column);
        List<String> classes = o.classes.isEmpty() ? classes(values, csv, column) : o.classes;
        var files = new ArrayList<Path>();
        var labels = new ArrayList<Integer>();
        Map<Path, String> missing = new LinkedHashMap<>();
        Map<String, Path> known = byName(folder);
        for (int row = 0; row < names.size(); row++) {
            String name = names.get(row);
            int label = classes.indexOf(values.get(row));
            if (name == null || label < 0) {
                throw new FathomException(
                        String.format(
                                Locale.ROOT,
                                "%s: row %d, %s: %s",
                                csv,
                                row + 1,
                                name,
                                name == null
                                        ? "the name is missing"
                                        : "%s is none of the classes %s"
                                                .formatted(
                                                        values.get(row),
                                                        Excerpt.names(classes, ImageFolder.MOST_NAMED))));
            }
            Path file = known.get(name);
            if (file == null && Files.isRegularFile(folder.resolve(name))) {
                file = folder.resolve(name); // in a subfolder
            }
            if (file == null) {
                missing.put(
                        folder.resolve(name),
                        "%s: %s names it, but it is not there".formatted(folder.resolve(name), csv));
            } else {
                files.add(file);
                labels.add(label);
            }
        }
        if (!missing.isEmpty() && !o.skipBroken) {
            throw new FathomException(
                    String.format(
                            Locale.ROOT,
                            "%s: %,d of its %,d files are not in %s, such as %s; skipBroken(true) leaves them out",
                            csv,
                            missing.size(),
                            names.size(),
                            folder,
                            missing.keySet().iterator().next().getFileName()));
        }
        return new ImageFolder.Labelled(classes, files, labels, missing);
    }

    private static List<String> classes(List<String> values, Path csv, String column) {
        if (values.contains(null)) {
            throw new FathomException(
                    String.format(
                            Locale.ROOT,
                            "%s: column '%s' has no class in row %d",
                            csv,
                            column,
                            values.indexOf(null) + 1));
        }
        List<String> distinct = values.stream().distinct().toList();
        boolean numbers = distinct.stream().allMatch(v -> INTEGER.matcher(v).matches());
        return distinct.stream()
                .sorted(numbers ? Comparator.comparingInt(Integer::parseInt) : ImageFiles.BY_CODE_POINT)
                .toList();
    }

    /** {@return the image files of a folder by their names with and without ending} */
    private static Map<String, Path> byName(Path folder) {
        try {
            var names = new LinkedHashMap<String, Path>();
            List<Path> files = ImageFiles.directlyIn(folder);
            for (Path file : files) {
                String name = file.getFileName().toString();
                names.putIfAbsent(name.substring(0, name.lastIndexOf('.')), file);
            }
            files.forEach(f -> names.put(f.getFileName().toString(), f)); // a whole name goes before a shortened one
            return names;
        } catch (IOException e) {
            throw ImageFiles.unchecked(e);
        }
    }
}
