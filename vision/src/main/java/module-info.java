import org.jspecify.annotations.NullMarked;

/** Image data sets, transforms and models. */
@NullMarked
module fathom.vision {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.nn;
    requires java.desktop;
    requires me.tongfei.progressbar;

    exports fathom.vision;
    exports fathom.vision.models;

    opens fathom.vision.models to
            fathom.nn;
}
