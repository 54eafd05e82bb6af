package fathom.data;

import fathom.services.Services;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/** The file formats of tables on the module path and the class path. */
final class TableFormats {
    private static final class Found {
        static final List<TableFormat> ALL = load();
    }

    private TableFormats() {}

    private static List<TableFormat> load() {
        ModuleLayer layer = TableFormats.class.getModule().getLayer();
        List<ServiceLoader<TableFormat>> loaders =
                layer == null
                        ? List.of(ServiceLoader.load(TableFormat.class, TableFormats.class.getClassLoader()))
                        : List.of(ServiceLoader.load(layer, TableFormat.class), ServiceLoader.load(TableFormat.class));
        return Services.load(TableFormat.class, loaders, Object::getClass);
    }

    /** {@return the format of a file, by the ending of its name} */
    static Optional<TableFormat> of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Found.ALL.stream().filter(f -> f.endings().stream().anyMatch(name::endsWith)).findFirst();
    }
}
