import org.jspecify.annotations.NullMarked;

/** Data sets, loaders and tables. */
@NullMarked
module fathom.data {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires dflib;
    requires dflib.csv;
    requires me.tongfei.progressbar;
    requires org.apache.commons.compress;
    requires org.apache.commons.csv;

    exports fathom.data;
    exports fathom.data.datasets;
    exports fathom.data.hub;

    uses fathom.data.TableFormat;
}
