package fathom;

import fathom.services.Services;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;

/** The services that this module uses: backends and types of devices. */
final class CoreServices {
    private CoreServices() {}

    /** {@return an instance of each provider, as {@link Services#load} says} */
    static <S> List<S> load(Class<S> service, Function<? super S, ?> identity) {
        ModuleLayer layer = CoreServices.class.getModule().getLayer();
        return Services.load(
                service,
                layer == null
                        ? List.of(ServiceLoader.load(service, CoreServices.class.getClassLoader()))
                        : List.of(ServiceLoader.load(layer, service), ServiceLoader.load(service)),
                identity);
    }
}
