package fathom.parquet;

import fathom.data.Table;
import fathom.data.TableFormat;
import java.nio.file.Path;
import java.util.List;

/** Makes {@link Table#read} know Parquet files. */
public final class ParquetFormat implements TableFormat {
    /** For the service loader. */
    public ParquetFormat() {}

    @Override
    public List<String> endings() {
        return List.of(".parquet", ".parq");
    }

    @Override
    public Table read(Path file) {
        return ParquetTable.read(file);
    }
}
