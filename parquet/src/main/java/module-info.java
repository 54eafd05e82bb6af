import org.jspecify.annotations.NullMarked;

/** Reads Parquet files as tables. */
@NullMarked
module fathom.parquet {
    requires static org.jspecify;
    requires transitive fathom.data;
    requires dev.hardwood.core;
    requires java.logging;

    exports fathom.parquet;

    provides fathom.data.TableFormat with
            fathom.parquet.ParquetFormat;
}
